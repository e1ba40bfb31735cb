import type { Decision } from "../contract";

/** A countdown inside a decision's sentence, as it has run on since the decision was made. */

/** A span as the controller writes it: seconds below 100 s, minutes below 100 min, then hours and minutes. */
export function span(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The sentence at a time in ms; as it was said where it counts nothing down, or where the time is not known. */
export function counted(decision: Decision, language: "en" | "de", now: number | null): string {
  const text = decision.text[language];
  const left = decision.countdowns?.[decision.reason];
  if (left === undefined || now === null) return text;
  const passed = Math.max(0, (now - Date.parse(decision.at)) / 1000);
  const said = span(left);
  return text.replace(new RegExp(`(?<!\\d)${said}(?!\\w)`), span(Math.max(0, left - passed)));
}
