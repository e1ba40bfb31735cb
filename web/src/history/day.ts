import type { Day } from "../contract";

/** Shares of a day's energies. */

/** The share of the sun that was used in the house; null where there was none. */
export function ownShare(day: Day): number | null {
  return day.pv_wh ? Math.max(0, 1 - day.export_wh / day.pv_wh) : null;
}

/** The share of the car's energy that was sun; null where nothing was charged. */
export function carShare(day: Day): number | null {
  return day.car_wh > 0 ? day.car_sun_wh / day.car_wh : null;
}
