import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Settings } from "../contract";
import { known, word, words } from "../words";
import { Fault, useFault } from "./fault";

/** Fields of a form, described once: what they are called in the api, and what they may hold. */

export interface Field {
  /** Its path in the settings, such as `policy.max_a`. Labels and hints are found by it. */
  at: string;
  kind: "text" | "number" | "secret" | "choice" | "switch";
  options?: readonly (string | number)[];
  /** What an option is called, where that is no word of the page. */
  names?: Record<string, string>;
  /** Said beside its name, where that does not say it. */
  unit?: string;
  least?: number;
  most?: number;
  step?: number;
  pattern?: string;
  /** Whether it must be filled in; perhaps only beside what the others say. */
  needed?: boolean | ((draft: Settings) => boolean);
  /** Said below it; found by its path, where this is left out. */
  hint?: string;
  /** Whether it makes sense beside the others; always, where this is left out. */
  when?: (draft: Settings) => boolean;
}

/** The value at a path; null where there is none. */
export function valueAt(settings: Settings, at: string): unknown {
  return at.split(".").reduce<unknown>((value, name) => (value as Settings | null | undefined)?.[name], settings) ?? null;
}

interface FieldsProps { fields: readonly Field[]; values: Settings; draft: Settings; children?: ComponentChildren }

/** `values` are what is stored, `draft` is what the form says now. */
export function Fields({ fields, values, draft, children }: FieldsProps) {
  return (
    <div class="fields">
      {fields.filter((field) => field.when?.(draft) ?? true).map((field) => (
        <Labelled key={field.at} field={field} value={valueAt(values, field.at)} isNeeded={typeof field.needed === "function" ? field.needed(draft) : field.needed === true} hasToken={values["has_token"] === true} />
      ))}
      {children}
    </div>
  );
}

function Labelled({ field, value, isNeeded, hasToken }: { field: Field; value: unknown; isNeeded: boolean; hasToken: boolean }) {
  const { fieldHints, fieldNames, keepSecret } = words.value;
  const hint = field.kind === "secret" && hasToken ? keepSecret : field.hint ?? known(fieldHints, field.at);
  const id = useId();
  const fault = useFault(field.at, id, isNeeded);
  const described = { ...fault.of, ...(hint && { "aria-describedby": `${id}-hint` }), id };
  return (
    <div class={field.kind === "switch" ? "field switch" : "field"}>
      <label for={id}>{word(fieldNames, field.at)}{field.unit && ` (${field.unit})`}</label>
      <Input field={field} value={value} isNeeded={isNeeded && !(field.kind === "secret" && hasToken)} described={described} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      <Fault id={id} text={fault.text} />
    </div>
  );
}

interface InputProps { field: Field; value: unknown; isNeeded: boolean; described: ReturnType<typeof useFault>["of"] & { id: string; "aria-describedby"?: string } }

function Input({ field: { at, kind, least, most, names, options, pattern, step }, value, isNeeded, described }: InputProps) {
  const text = value === null ? "" : String(value);
  switch (kind) {
    case "choice":
      return (
        <select {...described} name={at} required={isNeeded}>
          {options?.map((option) => (
            <option key={option} value={option} selected={String(option) === text}>{names?.[option] ?? known(words.value.options, `${at}=${option}`) ?? option}</option>
          ))}
        </select>
      );
    case "switch":
      return <input {...described} type="checkbox" name={at} defaultChecked={value === true} />;
    case "number":
      return <input {...described} type="number" name={at} min={least} max={most} step={step ?? "any"} defaultValue={text} required={isNeeded} inputMode="decimal" />;
    case "secret":
      return <input {...described} type="password" name={at} required={isNeeded} autocomplete="off" />;
    case "text":
      return <input {...described} type="text" name={at} pattern={pattern} defaultValue={text} required={isNeeded} autocomplete="off" spellcheck={false} />;
  }
}
