import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import * as clock from "../clock";
import type { Override } from "../contract";
import { amps, duration, filled, timeOfDay } from "../figure";
import { word, words } from "../words";
import type { Order } from "./wattpilot";

export const LEAST_A = 6;
export const MOST_A = 32;
const USUAL_A = 10;
const HOURS = [0.5, 1, 2, 4, 8];

/** An order that hides the mode for a while, with its end, in one tap. */
export function OverrideOrder({ holding, timeZone, order }: { holding: Override | null; timeZone?: string; order: Order }) {
  const seconds = useSignal("");
  const current = useRef<HTMLInputElement>(null);
  const { amps: perPhase, clear, duration: howLong, orders, overrides, unplug } = words.value;

  function give(kind: string) {
    const input = current.current;
    if (kind === "fixed" && !input?.reportValidity()) return;
    void order("PUT", "/override", {
      kind,
      ...(kind === "fixed" && { amps: input?.valueAsNumber }),
      ...(seconds.value && { seconds: Number(seconds.value) }),
    });
  }

  return (
    <fieldset>
      <legend>{orders}</legend>
      <div class="orders">
        <select aria-label={howLong} value={seconds.value} onChange={(event) => { seconds.value = event.currentTarget.value; }}>
          <option value="">{unplug}</option>
          {HOURS.map((hours) => <option key={hours} value={hours * 3600}>{duration(hours * 3600)}</option>)}
        </select>
        <button type="button" onClick={() => give("full")}>{overrides.full}</button>
        <button type="button" onClick={() => give("off")}>{overrides.off}</button>
        <span class="pair">
          <button type="button" onClick={() => give("fixed")}>{overrides.fixed}</button>
          <input ref={current} type="number" aria-label={perPhase} min={LEAST_A} max={MOST_A} defaultValue={USUAL_A} inputMode="numeric" /> A
        </span>
      </div>
      <div class={holding ? "held" : "held is-empty"}>
        <span>{holding ? heldText(holding, timeZone) : words.value.noOrder}</span>
        {holding && <button type="button" onClick={() => void order("DELETE", "/override")}>{clear}</button>}
      </div>
    </fieldset>
  );
}

function heldText(holding: Override, timeZone: string | undefined): string {
  const left = clock.secondsUntil(holding.ends_at);
  return filled(holding.ends_on_unplug ? words.value.overrideUnplug : words.value.overrideUntil, {
    what: word(words.value.overrides, holding.kind) + (holding.amps ? ` ${amps(holding.amps)}` : ""),
    time: timeOfDay(holding.ends_at, timeZone),
    left: left === null ? "…" : duration(left),
  });
}
