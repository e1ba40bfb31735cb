import { percent, power } from "../figure";
import { words } from "../words";

/** The drawing: how power flows between sun, grid, home, battery and car. */

export interface Powers {
  sun: number | null;
  /** There is more sun than that: what an inverter gives is not known. */
  isSunPart: boolean;
  grid: number | null;
  home: number | null;
  battery: number | null;
  car: number | null;
}

type Part = Exclude<keyof Powers, "isSunPart">;

const IDLE_W = 20; // below this, nothing worth showing flows
const BRISK_W = 1000; // from here on the dots hurry, and even more from three times as much
const HUB = { x: 180, y: 150 };
const RADIUS = 44;

const ICONS: Record<Part, string> = {
  sun: "M0-4.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M0-9.5v2M0 7.5v2M-9.5 0h2M7.5 0h2M-6.7-6.7l1.4 1.4M5.3 5.3l1.4 1.4M-6.7 6.7l1.4-1.4M5.3-5.3l1.4-1.4",
  grid: "M-6 9 0-9 6 9M-7-3.5H7M-4 3H4M-8.5-3.5v2.2M8.5-3.5v2.2",
  home: "M-9 0 0-8 9 0M-6.5-2V8h13V-2M-2 8V2.5h4V8",
  battery: "M-5-6h10V9h-10zM-2-6v-2.500h4V-6M-2.500 5.500h5M-2.500 2h5",
  car: "M-9 5V0l2.5-1L-4.5-6h9l2 5L9 0v5zM-9 0H9M-5.5 5.2a1.8 1.8 0 1 0 .1 0M5.5 5.2a1.8 1.8 0 1 0 .1 0",
};

interface Point { x: number; y: number }

const PLACES: Record<Part, Point> = {
  sun: { x: 180, y: 50 }, grid: { x: 58, y: 150 }, home: { x: 302, y: 150 }, battery: { x: 108, y: 250 }, car: { x: 180, y: 250 },
};
const BESIDE_BATTERY: Point = { x: 252, y: 250 };

/** `soc_pct` is the home battery's state of charge; without a battery's power there is none to show. */
export function Flow({ powers, soc_pct }: { powers: Powers; soc_pct: number | null }) {
  const parts = (Object.keys(PLACES) as Part[]).filter((part) => part !== "battery" || powers.battery !== null);
  const place = (part: Part) => (part === "car" && powers.battery !== null ? BESIDE_BATTERY : PLACES[part]);
  const caption = parts.map((part) => `${label(part, powers[part])} ${shown(part, powers)}`);
  if (powers.battery !== null && soc_pct !== null) caption.push(`${words.value.parts.battery} ${percent(soc_pct / 100)}`);
  return (
    <svg class="flow" viewBox="0 0 360 300" role="img" aria-label={caption.join(", ")}>
      {parts.map((part) => <Line key={part} part={part} at={place(part)} watts={powers[part]} />)}
      <circle class="hub" cx={HUB.x} cy={HUB.y} r="5" />
      {parts.map((part) => <Node key={part} part={part} at={place(part)} watts={powers[part]} shown={shown(part, powers)} soc_pct={part === "battery" ? soc_pct : null} />)}
    </svg>
  );
}

interface PartProps { part: Part; at: Point; watts: number | null }

function Node({ part, at, watts, shown, soc_pct }: PartProps & { shown: string; soc_pct: number | null }) {
  const hasCharge = soc_pct !== null;
  return (
    <g class={`node ${part}`} transform={`translate(${at.x} ${at.y})`} data-direction={(watts ?? 0) > 0 ? "import" : "export"}>
      <circle r={RADIUS} {...(hasCharge && { class: "empty" })} />
      {hasCharge && <circle class="charge" r={RADIUS} pathLength="100" stroke-dasharray={`${soc_pct} 100`} transform="rotate(-90)" />}
      <path d={ICONS[part]} transform={hasCharge ? "translate(-18 -17)" : "translate(0 -16)"} />
      {hasCharge && <text class="soc" x="-8" y="-12">{percent(soc_pct / 100)}</text>}
      <text class={shown.length > 7 ? "value is-long" : "value"} y="14">{shown}</text>
      <text class="label" y="28">{label(part, watts)}</text>
    </g>
  );
}

function Line({ part, at: { x, y }, watts }: PartProps) {
  const length = Math.hypot(HUB.x - x, HUB.y - y);
  const along = (from: number, to: number) => from + ((to - from) * RADIUS) / length;
  const size = Math.abs(watts ?? 0);
  const isIdle = size < IDLE_W;
  // Towards the hub: the sun always, the grid on import, the battery while it is discharged.
  const isInwards = part === "sun" || (part === "grid" && watts! > 0) || (part === "battery" && watts! < 0);
  return (
    <path class={`line ${part}`} d={`M${along(x, HUB.x)} ${along(y, HUB.y)}L${HUB.x} ${HUB.y}`}
      data-flow={isIdle ? "none" : isInwards ? "in" : "out"} data-pace={size < BRISK_W ? "calm" : size < 3 * BRISK_W ? "brisk" : "fast"}
      data-direction={(watts ?? 0) > 0 ? "import" : "export"} />
  );
}

/** The direction is in the word, so the number needs no sign. */
function shown(part: Part, powers: Powers): string {
  const watts = powers[part];
  const sign = part === "sun" && powers.isSunPart ? "≥" : "";
  return sign + power(watts !== null && (part === "grid" || part === "battery") ? Math.abs(watts) : watts);
}

function label(part: Part, watts: number | null): string {
  const { parts, feedIn, import: bought, charging, discharging } = words.value;
  if (watts === null || Math.abs(watts) < IDLE_W) return parts[part];
  if (part === "grid") return watts > 0 ? bought : feedIn;
  if (part === "battery") return watts > 0 ? charging : discharging;
  return parts[part];
}
