import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../request";

/** A list of the set-up. Who may only look is told nothing of it, and is not asked to log in for that. */
export interface Listed<T> {
  /** Null where it may not be read, or is not there. */
  entries: Signal<T[] | null>;
  /** Read it again, after a change. */
  read: () => Promise<void>;
}

export function useListed<T>(path: string): Listed<T> {
  const entries = useSignal<T[] | null>(null);

  async function read() {
    entries.value = await request("GET", path).then((answer) => answer.json() as Promise<T[]>, () => null);
  }

  useEffect(() => {
    const again = () => void read();
    again();
    addEventListener("logged-in", again);
    return () => removeEventListener("logged-in", again);
  }, [path]);
  return { entries, read };
}
