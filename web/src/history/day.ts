import type { Day } from "../contract";

/** Shares and sums of days' energies. */

/** The share of the sun that was used in the house; null where there was none. */
export function ownShare(day: Day): number | null {
  return day.pv_wh ? Math.max(0, 1 - day.export_wh / day.pv_wh) : null;
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
    pv_wh: known((day) => day.pv_wh),
    import_wh: sum((day) => day.import_wh),
    export_wh: sum((day) => day.export_wh),
    car_wh: known((day) => day.car_wh),
    car_sun_wh: known((day) => day.car_sun_wh),
  };
}
