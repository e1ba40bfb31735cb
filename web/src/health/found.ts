import type { Text } from "../contract";
import { type Kept, useKept } from "../history/kept";
import { request } from "../request";

/** What the api finds of each part of Sunpilot, and what to do. */

export interface Part { area: string; subject: Text; verdict: "ok" | "waits" | "faulty"; text: Text; advice: Text | null }

export interface Found { broker_connected: boolean; store_reachable: boolean; parts: Part[] }

const RENEWED_MS = 10_000;
const FAULTY = 503; // with the same body

export function useFound(): Kept<Found> {
  return useKept(async () => (await (await request("GET", "health", undefined, { told: FAULTY })).json()) as Found, "health", RENEWED_MS);
}
