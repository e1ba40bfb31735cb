import { useRef } from "preact/hooks";
import * as clock from "../clock";
import type { Decision } from "../contract";
import { unbroken } from "../figure";
import { language, words } from "../words";
import { counted } from "./countdown";

/** Why the Wattpilot does what it does; a countdown in it runs on from second to second. */
export function Sentence({ decision, fallback }: { decision: Decision | null; fallback: string }) {
  // Screen readers hear a new reason, and not each new number.
  const announced = useRef({ of: "", text: "" });
  const present = clock.now();
  const text = decision ? counted(decision, language.value, present) : fallback;
  const of = `${decision?.reason} ${language.value}`;
  if (announced.current.of !== of) announced.current = { of, text };
  return (
    <>
      <p class="sentence">{unbroken(text)}</p>
      <p class="announced" role="status" aria-label={words.value.decision}>{announced.current.text}</p>
    </>
  );
}
