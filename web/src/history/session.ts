/** A charging session, from plug-in to unplug, as far as the page shows it. Unknown is null. */
export interface Session {
  id: number;
  started_at: string;
  /** Null while it runs. */
  ended_at: string | null;
  /** False where the car was plugged in already when Sunpilot first looked. */
  seen_from_start: boolean;
  plugged_s: number;
  charging_s: number;
  /** As long as readings tell where the energy came from. */
  covered_s: number;
  energy_wh: number | null;
  sun_wh: number | null;
  grid_wh: number | null;
  cost: number | null;
  saved: number | null;
  /** That of the prices it was counted with; null where an older version kept it. */
  currency: string | null;
  peak_w: number | null;
  /** How often charging began. */
  starts: number;
  /** How long each reason of the decisions held. */
  reasons_s: Record<string, number>;
}

/** The share of sun in what readings covered; null where none did. */
export function sunShare({ sun_wh, grid_wh }: Session): number | null {
  return sun_wh === null || grid_wh === null || sun_wh + grid_wh <= 0 ? null : sun_wh / (sun_wh + grid_wh);
}

/** The share of the time plugged in that readings cover. */
export function coveredShare({ covered_s, plugged_s }: Session): number | null {
  return plugged_s <= 0 ? null : Math.min(1, covered_s / plugged_s);
}

/** Why it charged or waited, with seconds, the longest first; what held for no second told nobody anything. */
export function longestFirst({ reasons_s }: Session): [reason: string, held_s: number][] {
  return Object.entries(reasons_s).filter(([, held_s]) => held_s >= 1).sort(([, one], [, other]) => other - one);
}
