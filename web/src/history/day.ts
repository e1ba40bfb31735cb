import type { Day } from "../contract";

/** Shares and sums of days' energies. */

/** More than this of the time is all of it: a restart costs some seconds. */
const WHOLE = 0.99;

/** What was used in the house of the sun; null where nobody knows. */
export function own_wh(day: Day): number | null {
  return day.pv_wh === null || day.pv_export_wh === null ? null : Math.max(0, day.pv_wh - day.pv_export_wh);
}

/** The share of the sun that was used in the house, of the days of which it is known; null where there was none. */
export function ownShare(days: Day[]): number | null {
  const all = total(days.filter((day) => own_wh(day) !== null));
  const used_wh = own_wh(all);
  return all.pv_wh && used_wh !== null ? used_wh / all.pv_wh : null;
}

/** For a part of the time, not all of the sun was known: there was more than what is told. */
export function isPart(day: Day): boolean {
  return day.pv_wh !== null && (day.pv_measured_s ?? 0) < WHOLE * day.measured_s;
}

/** The share of the car's energy that was sun; null where nothing was charged, or nobody knows. */
export function carShare(day: Day): number | null {
  return day.car_wh && day.car_sun_wh !== null ? day.car_sun_wh / day.car_wh : null;
}

/** The one of that day, as in 2026-06-21; nothing where that day was not kept, or nobody knows which it is. */
export function dayOf(days: Day[], day: string | null): Day | undefined {
  return days.find((one) => one.day === day);
}

/** All days as one. A day of which something is unknown adds none of it to the sum; it is null where that holds for all. */
export function total(days: Day[]): Day {
  const sum = (of: (day: Day) => number) => days.reduce((all, day) => all + of(day), 0);
  const known = (of: (day: Day) => number | null) => days.every((day) => of(day) === null) ? null : sum((day) => of(day) ?? 0);
  return {
    day: "",
    measured_s: sum((day) => day.measured_s),
    pv_measured_s: known((day) => day.pv_measured_s),
    pv_wh: known((day) => day.pv_wh),
    pv_export_wh: known((day) => day.pv_export_wh),
    import_wh: sum((day) => day.import_wh),
    export_wh: sum((day) => day.export_wh),
    car_wh: known((day) => day.car_wh),
    car_sun_wh: known((day) => day.car_sun_wh),
  };
}
