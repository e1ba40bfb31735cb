import { signal } from "@preact/signals";
import { RemoteClock } from "./remote_clock";

/** Sunpilot's own time, learnt from the live stream: ages and countdowns are true whatever the clock of this device says. */

const sunpilot = new RemoteClock();

/** Grows once a second; what shows an age or a countdown reads it. */
export const tick = signal(0);
setInterval(() => { tick.value += 1; }, 1000);

/** Take note of the time in an event; an older one tells nothing. */
export function hear(text: string): void {
  sunpilot.hear(Date.parse(text), performance.now(), Date.now());
}

/** The time now, in ms; null before anything was heard. */
export function now(): number | null {
  tick.value;
  return sunpilot.at(performance.now());
}

/** Seconds from now until a time; null as long as the time is unknown. */
export function secondsUntil(text: string): number | null {
  const present = now();
  return present === null ? null : (Date.parse(text) - present) / 1000;
}
