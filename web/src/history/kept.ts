import { useEffect, useState } from "preact/hooks";
import { call, Refusal, said } from "../api";
import { connection } from "../board";
import type { Day, Sample } from "../contract";
import type { Session } from "./session";

/** What is kept of the past, by REST. */

/** `absent`: this Sunpilot keeps nothing of the kind. */
export type Kept<T> = { state: "waiting" } | { state: "absent" } | { state: "failed"; text: string } | { state: "known"; value: T };

export const samples = (house: number) => call<Sample[]>("GET", `houses/${house}/power`);
export const sessions = (wattpilot: number, most: number) => call<Session[]>("GET", `wattpilots/${wattpilot}/sessions?limit=${most}`);
export const days = (house: number) => call<Day[]>("GET", `houses/${house}/days`);

/** Ask for something as long as it is shown: at once, after a lost connection, and again every so often. */
export function useKept<T>(ask: () => Promise<T>, key: string, every_ms: number): Kept<T> {
  const [kept, setKept] = useState<Kept<T>>({ state: "waiting" });
  const isConnected = connection.value === "connected";
  useEffect(() => {
    if (!isConnected) return;
    let isGone = false;
    async function read() {
      const answer = await ask().then(known, refused);
      if (!isGone) setKept(answer);
    }
    void read();
    const timer = setInterval(() => void read(), every_ms);
    return () => { isGone = true; clearInterval(timer); };
  }, [key, isConnected]);
  return kept;
}

function known<T>(value: T): Kept<T> {
  return { state: "known", value };
}

function refused(error: unknown): Kept<never> {
  return error instanceof Refusal && error.status === 404 ? { state: "absent" } : { state: "failed", text: said(error) };
}
