import { useSignal } from "@preact/signals";
import { words } from "../words";

/** A button for what cannot be taken back: it takes two taps. `warning` says what goes with it. */
export function SureButton({ text, warning, onSure }: { text: string; warning?: string; onSure: () => void }) {
  const isSure = useSignal(false);

  function tap() {
    if (isSure.value) onSure();
    isSure.value = !isSure.value;
  }

  return (
    <>
      <button type="button" onClick={tap} onBlur={() => { isSure.value = false; }}>{isSure.value ? words.value.reallyRemove : text}</button>
      {isSure.value && warning && <span class="trouble" role="alert">{warning}</span>}
    </>
  );
}
