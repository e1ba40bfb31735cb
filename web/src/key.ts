import { signal } from "@preact/signals";

/** The API key: kept in this tab only, asked for when it is needed. */

const KEPT = "key";

export type Why = "keyChange" | "keyNeeded" | "keyWrong";

interface Question { why: Why; answer: (given: boolean) => void }

/** The question that waits for an answer; the key dialog shows it. */
export const question = signal<Question | null>(null);
let asking: Promise<boolean> | null = null;

export function headers(): Record<string, string> {
  const key = sessionStorage.getItem(KEPT);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** Ask for the key; false when the person would rather not. */
export function askForKey(why: Why): Promise<boolean> {
  asking ??= new Promise((resolve) => {
    const wasWrong = sessionStorage.getItem(KEPT) !== null;
    sessionStorage.removeItem(KEPT);
    question.value = { why: wasWrong ? "keyWrong" : why, answer: resolve };
  });
  return asking;
}

/** The person's answer: a key, or null for none. */
export function answer(key: string | null): void {
  const waiting = question.value;
  question.value = null;
  asking = null;
  if (key) {
    sessionStorage.setItem(KEPT, key);
    dispatchEvent(new Event("key-given"));
  }
  waiting?.answer(Boolean(key));
}
