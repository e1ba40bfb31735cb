import type { Settings } from "../contract";
import type { Field } from "./field";

/** Reading the settings out of a form. */

type Controls = HTMLFormElement | HTMLFieldSetElement;

function control(controls: Controls, at: string): HTMLInputElement | HTMLSelectElement | null {
  return controls.elements.namedItem(at) as HTMLInputElement | HTMLSelectElement | null;
}

/** What a control says: null for nothing, undefined where a secret stays as it is stored. */
function value(field: Field, input: HTMLInputElement | HTMLSelectElement | null): unknown {
  if (!input) return field.kind === "secret" ? undefined : null;
  if (input instanceof HTMLInputElement && field.kind === "switch") return input.checked;
  const text = input.value.trim();
  if (text === "") return field.kind === "secret" ? undefined : null;
  const isNumber = field.kind === "number" || typeof field.options?.find((option) => String(option) === text) === "number";
  return isNumber ? Number(text) : text;
}

/**
 * The settings that the fields hold. A group whose first field is empty is none at all. What another choice made senseless
 * is none any more; what the page does not show of what is `stored`, and did not before, stays as it is.
 */
export function read(controls: Controls, fields: readonly Field[], stored: Settings = {}): Settings {
  const settings: Settings = {};
  for (const field of fields) {
    const [group = "", name] = field.at.split(".");
    const makesSense = field.when?.(settings) ?? true;
    if (!makesSense && !field.when?.(stored)) continue;
    // A field that has just been made senseless by another one may still stand on the page.
    const input = makesSense ? control(controls, field.at) : null;
    const given = value(field, input);
    if (given === undefined) continue;
    if (name === undefined) settings[group] = given;
    else if (!(group in settings)) settings[group] = given === null ? null : { [name]: given };
    else if (settings[group] !== null && input) (settings[group] as Settings)[name] = given;
  }
  return settings;
}

/** Whether all that was entered may stand; each field says for itself where not. */
export function isValid(controls: Controls): boolean {
  const wrong = [...controls.elements].filter((one) => (one instanceof HTMLInputElement || one instanceof HTMLSelectElement) && !one.reportValidity());
  return wrong.length === 0;
}
