import { entities, services, sourceState, status } from "../board";
import { useKept } from "../history/kept";
import { request } from "../request";
import type { Part } from "./part";

const RENEWED_MS = 10_000;
const FAULTY = 503; // with the same body

/** All parts, asked for again as soon as the live stream tells of a change; none before they are known. */
export function useParts(): Part[] {
  const { inverters, wattpilots } = entities.value ?? { inverters: [], wattpilots: [] };
  const states = [
    ...services.value.map((one) => `${one.standing} ${one.waits_for}`),
    ...inverters.map((one) => sourceState(one)?.outcome),
    ...wattpilots.map((one) => `${status(one)?.link} ${status(one)?.manual?.reason}`),
  ];
  const found = useKept(async () => (await (await request("GET", "health", undefined, { told: FAULTY })).json()) as { parts: Part[] }, states.join(), RENEWED_MS);
  return found.state === "known" ? found.value.parts : [];
}
