import type { Manual } from "../contract";
import { duration } from "../figure";
import { word, words } from "../words";
import type { Order } from "./wattpilot";

/** Another hand is at the Wattpilot: said, with the button that takes over again. */
export function ManualNotice({ manual, order }: { manual: Manual | null; order: Order }) {
  if (!manual) return null;
  const left = manual.seconds_left === null ? "" : ` ${words.value.manualLeft} ${duration(manual.seconds_left)}.`;
  return (
    <div class="held manual" role="status">
      <span>{word(words.value.manual, manual.reason)}{left}</span>
      <button type="button" class="primary" onClick={() => void order("POST", "/resume")}>{words.value.resume}</button>
    </div>
  );
}
