import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { call, said } from "../api";
import type { Settings } from "../contract";
import { words } from "../words";
import { read } from "./draft";
import { type Field, Fields } from "./field";
import { Outcome, type Came } from "./outcome";

interface Props {
  /** Where the settings are in the api, such as `houses/2`. */
  path: string;
  values: Settings;
  fields: readonly Field[];
  /** Fields that few need. */
  more?: readonly Field[];
  children?: ComponentChildren;
}

/** A form that changes settings, and says what came of it. */
export function SettingsForm({ path, values, fields, more = [], children }: Props) {
  const draft = useSignal<Settings>(values);
  const outcome = useSignal<Came | null>(null);
  const all = [...fields, ...more];

  async function save(event: SubmitEvent) {
    event.preventDefault();
    try {
      await call("PATCH", path, read(event.currentTarget as HTMLFormElement, all));
      outcome.value = { isWell: true, text: words.value.saved };
    } catch (error) {
      outcome.value = { isWell: false, text: `${words.value.failed} ${said(error)}` };
    }
  }

  return (
    <form onSubmit={(event) => void save(event)} onInput={(event) => { draft.value = read(event.currentTarget, all); outcome.value = null; }}>
      <Fields fields={fields} values={values} draft={draft.value} />
      {more.length > 0 && (
        <details><summary>{words.value.more}</summary><Fields fields={more} values={values} draft={draft.value} /></details>
      )}
      <div class="orders">
        <button type="submit" class="primary">{words.value.save}</button>
        {children}
        <Outcome outcome={outcome.value} />
      </div>
    </form>
  );
}
