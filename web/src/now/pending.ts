import type { Deadline, Decision, Override } from "../contract";

/** A person's orders as they are stored. */
export interface Orders { mode: string; override: Override | null; deadline: Deadline | null }

/** Whether something was ordered, or taken back, that a Wattpilot's newest decision does not know yet. */
export function isPending(decision: Decision | null, { mode, override, deadline }: Orders): boolean {
  if (decision === null) return override !== null || deadline !== null;
  const made = Date.parse(decision.at);
  const isNewer = (order: { set_at: string } | null) => order !== null && Date.parse(order.set_at) > made;
  return decision.mode !== mode || decision.override !== (override?.kind ?? null) || isNewer(override) || isNewer(deadline);
}
