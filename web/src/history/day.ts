import type { Day } from "../contract";

/** Shares and sums of days' energies. */

/** The share of the sun that was used in the house; null where there was none. */
export function ownShare(day: Day): number | null {
  return day.pv_wh ? Math.max(0, 1 - day.export_wh / day.pv_wh) : null;
}

/** The share of the car's energy that was sun; null where nothing was charged. */
export function carShare(day: Day): number | null {
  return day.car_wh > 0 ? day.car_sun_wh / day.car_wh : null;
}

/** All days as one. A day whose generation is unknown adds none to the sum; it is null where that holds for all. */
export function total(days: Day[]): Day {
  const sum = (of: (day: Day) => number) => days.reduce((all, day) => all + of(day), 0);
  return {
    day: "",
    pv_wh: days.every((day) => day.pv_wh === null) ? null : sum((day) => day.pv_wh ?? 0),
    import_wh: sum((day) => day.import_wh),
    export_wh: sum((day) => day.export_wh),
    car_wh: sum((day) => day.car_wh),
    car_sun_wh: sum((day) => day.car_sun_wh),
  };
}
