import type { Inverter, Reading, SourceState } from "../contract";

/** The sun of a house with several inverters: never a part of it as the whole. */

export const WELL = ["ok", "unchanged"];

/** An older value says nothing of the sun now: a cloud is asked twice an hour by day, and tells late. */
const HELD_S = 3600;

/** What is known of one inverter; `age_s` is that of its reading, null where that is not known. */
export interface Told { inverter: Inverter; reading: Reading | null; state: SourceState | null; age_s: number | null }

/** `isPart`: not all inverters are known, so there is at least so much. */
export interface Sun { watts: number | null; isPart: boolean }

/** What a house's inverters generate now. A single one is taken at its last word, whose age the page shows. */
export function sunOf(told: Told[]): Sun {
  const generating = told.filter(({ inverter, reading }) => inverter.role === "pv" || inverter.source.kind !== "mqtt-meter" || reading?.pv_w != null);
  const known = generating.filter((one) => one.reading?.pv_w != null && !isUnknown(one));
  const watts = known.length ? known.reduce((sum, one) => sum + (rests(one) ? 0 : one.reading?.pv_w ?? 0), 0) : null;
  return { watts, isPart: watts !== null && known.length < generating.length };
}

/** Nobody knows what a further inverter generates now: it does not answer, or its value is too old. */
export function isUnknown(told: Told): boolean {
  const { inverter, reading, state } = told;
  if (inverter.role === "grid") return false;
  return reading?.pv_w == null || (state !== null && !WELL.includes(state.outcome)) || (isOld(told) && !rests(told));
}

/** The roof of a further inverter is in the dark: a cloud that is well and has calls left is not asked until sunrise. */
function rests(told: Told): boolean {
  const { inverter, reading, state } = told;
  if (inverter.role === "grid" || !isOld(told) || !reading || !state?.next_fetch_at || state.calls_left === 0) return false;
  return reading.battery_w === null && Date.parse(state.next_fetch_at) - Date.parse(reading.received_at) > 2 * HELD_S * 1000;
}

function isOld({ age_s }: Told): boolean {
  return age_s !== null && age_s > HELD_S;
}
