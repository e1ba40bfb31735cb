import type { Text } from "../contract";
import { language, sentence } from "../words";

/** What the api finds wherever it looks, and what to do: the same sentences that scripts and the doctor get. */

export interface Part {
  area: string;
  /** That of the house, inverter or Wattpilot; null where it is of none. */
  id: number | null;
  subject: Text;
  verdict: "ok" | "waits" | "faulty";
  text: Text;
  advice: Text | null;
}

/** What is not as it should be, and what to do about it, as sentences. */
export function troubles(parts: Part[]): string[] {
  return parts.filter((one) => one.verdict !== "ok").flatMap((one) => [
    sentence(`${one.subject[language.value]} ${one.text[language.value]}`),
    one.advice ? sentence(one.advice[language.value]) : "",
  ]);
}
