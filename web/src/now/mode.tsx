import type { Wattpilot } from "../contract";
import { words } from "../words";
import { LEAST_A, MOST_A } from "./override";
import type { Order } from "./wattpilot";

interface Props {
  wattpilot: Wattpilot;
  mode: string;
  /** What went wrong; then the choice jumps back to what holds. */
  trouble: string;
  order: Order;
}

/** What the Wattpilot does as long as nobody orders otherwise. */
export function ModeChoice({ wattpilot, mode, trouble, order }: Props) {
  const { modes, mode: legend, fixedA } = words.value;

  function set(input: HTMLInputElement) {
    if (input.reportValidity()) void order("PATCH", "", { fixed_a: input.valueAsNumber });
  }

  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="choice" key={trouble}>
        {Object.entries(modes).map(([name, text]) => (
          <label key={name}>
            <input type="radio" name={`mode-${wattpilot.id}`} value={name} checked={name === mode}
              onChange={() => void order("PATCH", "", { mode: name })} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {mode === "fixed" && (
        <label class="fixed">
          {fixedA} <input type="number" min={LEAST_A} max={MOST_A} key={wattpilot.fixed_a} defaultValue={wattpilot.fixed_a}
            inputMode="numeric" onChange={(event) => set(event.currentTarget)} /> A
        </label>
      )}
    </fieldset>
  );
}
