// Sunpilot's own time, which a demo runs faster than ours: learnt from the times in its messages.

let at = null; // the newest time heard, in ms
let heard = 0; // when, on our own clock
let rate = 1;

/** Take note of the time in a message; an older one tells nothing. */
export function hear(text) {
  const time = Date.parse(text);
  const now = performance.now();
  if (Number.isNaN(time) || (at !== null && time <= at && time > at - 60_000)) return;
  if (at !== null && now - heard > 500) {
    const measured = (time - at) / (now - heard);
    // Messages wait on their way for a while, and the first ones may be old: near our own time the rate is 1.
    rate = measured > 1.8 && Math.abs(time - Date.now()) > 120_000 ? measured : 1;
  }
  if (at === null || now - heard > 500) {
    at = time;
    heard = now;
  }
}

/** The time now, in ms; null before anything was heard. */
export function now() {
  return at === null ? null : at + (performance.now() - heard) * rate;
}

/** Seconds from now until a time; unknown as long as the time is. */
export function secondsUntil(text) {
  return at === null ? null : (Date.parse(text) - now()) / 1000;
}
