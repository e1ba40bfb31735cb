import { signal } from "@preact/signals";

/** Sunpilot's own time, which a demo runs faster than ours: learnt from the times in its messages. */

const RENEWED_MS = 500; // of several times heard at once, the first counts
const OWN_TIME_MS = 120_000; // nearer to our own time than this, nothing is run faster

let at: number | null = null; // the newest time heard, in ms
let heard = 0; // when, on our own clock
let rate = 1;

/** Grows once a second; what shows an age or a countdown reads it. */
export const tick = signal(0);
setInterval(() => { tick.value += 1; }, 1000);

/** Take note of the time in a message; an older one tells nothing. */
export function hear(text: string): void {
  const time = Date.parse(text);
  const now = performance.now();
  if (Number.isNaN(time) || (at !== null && time <= at && time > at - 60_000)) return;
  if (at !== null && now - heard > RENEWED_MS) {
    const measured = (time - at) / (now - heard);
    // Messages wait on their way for a while, and the first ones may be old: near our own time the rate is 1.
    rate = measured > 1.8 && Math.abs(time - Date.now()) > OWN_TIME_MS ? measured : 1;
  }
  if (at === null || now - heard > RENEWED_MS) {
    at = time;
    heard = now;
  }
}

/** The time now, in ms; null before anything was heard. */
export function now(): number | null {
  tick.value;
  return at === null ? null : at + (performance.now() - heard) * rate;
}

/** Seconds from now until a time; null as long as the time is unknown. */
export function secondsUntil(text: string): number | null {
  const present = now();
  return present === null ? null : (Date.parse(text) - present) / 1000;
}
