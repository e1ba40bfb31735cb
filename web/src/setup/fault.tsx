import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { filled, number } from "../figure";
import { known, words } from "../words";

/** What is wrong with an input, said below it in the page's own words instead of the browser's bubble. */

type Control = HTMLInputElement | HTMLSelectElement;

/**
 * `at` is the field's path; a form of its own for what has to be written in a certain way is found by it. What was missing is
 * not wrong any more when the field is not needed any more.
 */
export function useFault(at: string, id: string, isNeeded = true) {
  const fault = useSignal("");
  useEffect(() => { fault.value = ""; }, [isNeeded]);
  const isWrong = fault.value !== "";
  return {
    text: fault.value,
    of: {
      onInvalid: (event: Event) => {
        event.preventDefault();
        const control = event.currentTarget as Control;
        fault.value = said(control, at);
        control.closest("details")?.setAttribute("open", ""); // what is folded away cannot be corrected
        if (!document.activeElement?.matches(":invalid")) control.focus(); // the first one that is wrong
      },
      onInput: () => { fault.value = ""; },
      ...(isWrong && { "aria-invalid": true as const, "aria-errormessage": `${id}-fault` }),
    },
  };
}

function said(control: Control, at: string): string {
  const { faults } = words.value;
  const { validity } = control;
  if (validity.valueMissing) return faults.missing;
  if (validity.badInput) return faults.number;
  if (validity.stepMismatch) return faults.whole;
  if (validity.tooShort && control instanceof HTMLInputElement) return filled(faults.short, { least: String(control.minLength) });
  if (control instanceof HTMLInputElement && (validity.rangeUnderflow || validity.rangeOverflow)) {
    return filled(faults.range, { least: number(Number(control.min), 0), most: number(Number(control.max), 0) });
  }
  return known(faults.patterns, at) ?? faults.other;
}

/** The words below the input. */
export function Fault({ id, text }: { id: string; text: string }) {
  return text ? <small class="trouble" id={`${id}-fault`} role="alert">{text}</small> : null;
}
