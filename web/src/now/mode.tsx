import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Wattpilot } from "../contract";
import { words } from "../words";
import { LEAST_A, MOST_A } from "./override";
import type { Order } from "./wattpilot";

interface Props {
  wattpilot: Wattpilot;
  mode: string;
  order: Order;
}

/**
 * What the Wattpilot does as long as nobody orders otherwise. Buttons: radios would order every mode that the arrow keys pass,
 * full power among them.
 */
export function ModeChoice({ wattpilot, mode, order }: Props) {
  // What was chosen is shown at once, until it holds or was refused.
  const wanted = useSignal<string | null>(null);
  const shown = wanted.value ?? mode;
  const { modes, mode: legend, fixedA } = words.value;
  useEffect(() => { wanted.value = null; }, [mode]);

  async function choose(name: string) {
    wanted.value = name;
    if (!(await order("PATCH", "", { mode: name }))) wanted.value = null;
  }

  function set(input: HTMLInputElement) {
    if (input.reportValidity()) void order("PATCH", "", { fixed_a: input.valueAsNumber });
  }

  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="choice">
        {Object.entries(modes).map(([name, text]) => (
          <button key={name} type="button" aria-pressed={name === shown} onClick={() => void choose(name)}>{text}</button>
        ))}
      </div>
      {shown === "fixed" && (
        <label class="fixed">
          {fixedA} <input type="number" min={LEAST_A} max={MOST_A} key={wattpilot.fixed_a} defaultValue={wattpilot.fixed_a}
            inputMode="numeric" onChange={(event) => set(event.currentTarget)} /> A
        </label>
      )}
    </fieldset>
  );
}
