/** A charging session, from plug-in to unplug, as far as the page shows it. Unknown is null. */
export interface Session {
  id: number;
  started_at: string;
  /** Null while it runs. */
  ended_at: string | null;
  plugged_s: number;
  charging_s: number;
  energy_wh: number | null;
  sun_wh: number | null;
  grid_wh: number | null;
  /** In the currency of the house's prices. */
  cost: number | null;
  saved: number | null;
}

/** The share of sun in what readings covered; null where none did. */
export function sunShare({ sun_wh, grid_wh }: Session): number | null {
  return sun_wh === null || grid_wh === null || sun_wh + grid_wh <= 0 ? null : sun_wh / (sun_wh + grid_wh);
}
