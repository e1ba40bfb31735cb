import { signal } from "@preact/signals";

/** The question that waits for a person to log in; the dialog shows it. */

/** `first`: no password was ever set. */
export type Kind = "first" | "login";

interface Question { kind: Kind; answer: (given: boolean) => void }

export const question = signal<Question | null>(null);
let asking: Promise<boolean> | null = null;

/** Ask the person to log in; false when they would rather not. `refused` is the kind of the api's refusal. */
export function askToLogIn(refused: string): Promise<boolean> {
  asking ??= new Promise((resolve) => {
    question.value = { kind: refused === "no-password-yet" ? "first" : "login", answer: resolve };
  });
  return asking;
}

/** The person's answer: whether they are logged in now. */
export function answer(given: boolean): void {
  const waiting = question.value;
  question.value = null;
  asking = null;
  if (given) dispatchEvent(new Event("logged-in"));
  waiting?.answer(given);
}

/** Go on with the other kind of question: a forgotten password is set anew by the set-up code. */
export function askOtherwise(kind: Kind): void {
  if (question.value) question.value = { ...question.value, kind };
}
