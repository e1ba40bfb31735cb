import { entities, houseOf } from "../board";
import type { Wattpilot } from "../contract";
import { words } from "../words";
import type { Field } from "./field";
import { Knob } from "./knob";
import { SettingsForm } from "./settings_form";
import { useVersion } from "./version";

const AMPS = { kind: "number", least: 6, most: 32, step: 1, needed: true } as const;
const SECONDS = { kind: "number", least: 0, most: 7200, needed: true } as const;

const FIELDS: readonly Field[] = [
  { at: "name", kind: "text", needed: true },
  { at: "enabled", kind: "switch" },
  { at: "policy.min_a", ...AMPS },
  { at: "policy.max_a", ...AMPS },
  { at: "policy.phases", kind: "choice", options: ["", 1, 3] },
  { at: "priority", kind: "number", least: 1, most: 99, step: 1, needed: true },
];

const MORE: readonly Field[] = [
  { at: "policy.min_on_s", ...SECONDS },
  { at: "policy.min_off_s", ...SECONDS },
  { at: "policy.min_phases_s", ...SECONDS, least: 300 },
  { at: "policy.start_wh", kind: "number", least: 0, most: 1000, needed: true },
  { at: "policy.reserve_w", kind: "number", least: 0, most: 20_000, needed: true },
  { at: "policy.stale_grace_s", kind: "number", least: 0, most: 3600, needed: true },
  { at: "policy.stale_minimum", kind: "switch" },
  { at: "policy.manual_s", kind: "number", least: 0, most: 86_400, needed: true },
];

/** A Wattpilot's settings: which house, how eager, and its limits. */
export function WattpilotForm({ wattpilot }: { wattpilot: Wattpilot }) {
  const version = useVersion(`wattpilots/${wattpilot.id}`);
  const houses = entities.value?.houses ?? [];
  const home = houses.find((house) => house.id === houseOf(wattpilot)) ?? null;
  const isNamed = entities.value?.inverters.some((inverter) => inverter.wattpilot_id === wattpilot.id);
  const link: Field = { at: "house_id", kind: "choice", options: ["", ...houses.map((house) => house.id)], names: Object.fromEntries(houses.map((house) => [house.id, house.name])) };
  return (
    <section class="card" aria-label={wattpilot.name}>
      <div class="row"><h3>{wattpilot.name}</h3><span class="quiet">{home ? home.name : words.value.looseTitle}</span></div>
      <Knob version={version} wattpilot={wattpilot} house={home} />
      <SettingsForm version={version} values={wattpilot} fields={isNamed ? FIELDS : [...FIELDS, link]} more={MORE} />
    </section>
  );
}
