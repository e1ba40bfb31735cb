import { power } from "../figure";
import { words } from "../words";

/** The drawing: how power flows between sun, grid, home, battery and car. */

export interface Powers {
  sun: number | null;
  grid: number | null;
  home: number | null;
  battery: number | null;
  car: number | null;
}

type Part = keyof Powers;

const IDLE_W = 20; // below this, nothing worth showing flows
const HUB = { x: 180, y: 150 };
const RADIUS = 44;

const ICONS: Record<Part, string> = {
  sun: "M0-4.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M0-9.5v2M0 7.5v2M-9.5 0h2M7.5 0h2M-6.7-6.7l1.4 1.4M5.3 5.3l1.4 1.4M-6.7 6.7l1.4-1.4M5.3-5.3l1.4-1.4",
  grid: "M-6 9 0-9 6 9M-7-3.5H7M-4 3H4M-8.5-3.5v2.2M8.5-3.5v2.2",
  home: "M-9 0 0-8 9 0M-6.5-2V8h13V-2M-2 8V2.5h4V8",
  battery: "M-5-6h10V9h-10zM-2-6v-2.500h4V-6M-2.500 5.500h5M-2.500 2h5",
  car: "M-9 5V0l2.5-1L-4.5-6h9l2 5L9 0v5zM-9 0H9M-5.5 5.2a1.8 1.8 0 1 0 .1 0M5.5 5.2a1.8 1.8 0 1 0 .1 0",
};

const PLACES: Record<Part, { x: number; y: number }> = {
  sun: { x: 180, y: 52 }, grid: { x: 58, y: 150 }, home: { x: 302, y: 150 }, battery: { x: 58, y: 248 }, car: { x: 180, y: 248 },
};

/** `soc_pct` is the home battery's state of charge; without a battery's power there is none to show. */
export function Flow({ powers, soc_pct }: { powers: Powers; soc_pct: number | null }) {
  const parts = (Object.keys(PLACES) as Part[]).filter((part) => part !== "battery" || powers.battery !== null);
  const caption = parts.map((part) => `${label(part, powers[part])} ${shown(part, powers[part])}`).join(", ");
  return (
    <svg class="flow" viewBox="0 0 360 300" role="img" aria-label={caption}>
      {parts.map((part) => <Line key={part} part={part} watts={powers[part]} />)}
      <circle class="hub" cx={HUB.x} cy={HUB.y} r="5" />
      {parts.map((part) => <Node key={part} part={part} watts={powers[part]} soc_pct={part === "battery" ? soc_pct : null} />)}
    </svg>
  );
}

function Node({ part, watts, soc_pct }: { part: Part; watts: number | null; soc_pct: number | null }) {
  const { x, y } = PLACES[part];
  const charge = soc_pct === null ? "" : ` ${Math.round(soc_pct)}\u00a0%`;
  return (
    <g class={`node ${part}`} transform={`translate(${x} ${y})`} data-direction={(watts ?? 0) > 0 ? "import" : "export"}>
      <circle r={RADIUS} />
      <path d={ICONS[part]} transform="translate(0 -16)" />
      <text class="value" y="14">{shown(part, watts)}</text>
      <text class="label" y="29">{label(part, watts)}{charge}</text>
    </g>
  );
}

function Line({ part, watts }: { part: Part; watts: number | null }) {
  const { x, y } = PLACES[part];
  const length = Math.hypot(HUB.x - x, HUB.y - y);
  const along = (from: number, to: number) => from + ((to - from) * RADIUS) / length;
  const isIdle = watts === null || Math.abs(watts) < IDLE_W;
  // Towards the hub: the sun always, the grid on import, the battery while it is discharged.
  const isInwards = part === "sun" || (part === "grid" && watts! > 0) || (part === "battery" && watts! < 0);
  return (
    <path class={`line ${part}`} d={`M${along(x, HUB.x)} ${along(y, HUB.y)}L${HUB.x} ${HUB.y}`}
      data-flow={isIdle ? "none" : isInwards ? "in" : "out"} data-direction={(watts ?? 0) > 0 ? "import" : "export"} />
  );
}

/** The direction is in the word, so the number needs no sign. */
function shown(part: Part, watts: number | null): string {
  return power(watts !== null && (part === "grid" || part === "battery") ? Math.abs(watts) : watts);
}

function label(part: Part, watts: number | null): string {
  const { parts, feedIn, import: bought, charging, discharging } = words.value;
  if (watts === null || Math.abs(watts) < IDLE_W) return parts[part];
  if (part === "grid") return watts > 0 ? bought : feedIn;
  if (part === "battery") return watts > 0 ? charging : discharging;
  return parts[part];
}
