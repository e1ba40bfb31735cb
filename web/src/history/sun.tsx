import type { Day } from "../contract";
import { energy, percent } from "../figure";
import { words } from "../words";
import { isPart, ownShare, total } from "./day";

/** Days' sun as a person reads it: with a sign where a part of it is not known. */

export function sun(days: Day[]): string {
  const all = total(days);
  return `${isPart(all) ? "≥\u00a0" : ""}${energy(all.pv_wh, 1)}`;
}

/** The share of it that was used in the house. */
export function own(days: Day[]): string {
  const share = ownShare(days);
  return `${share !== null && isPart(total(days)) ? "≈\u00a0" : ""}${percent(share)}`;
}

/** What the signs mean, where there are any. */
export function Signs({ days }: { days: Day[] }) {
  return days.some(isPart) ? <p class="quiet">{words.value.sunInPart}</p> : null;
}
