import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { said } from "../api";
import type { Settings } from "../contract";
import { words } from "../words";
import { read } from "./draft";
import { type Field, Fields } from "./field";
import { Outcome, type Came } from "./outcome";
import type { Version } from "./version";

interface Props {
  version: Version;
  values: Settings;
  fields: readonly Field[];
  /** Fields that few need. */
  more?: readonly Field[];
  children?: ComponentChildren;
}

/** A form that changes settings, and says what came of it. */
export function SettingsForm({ version, values, fields, more = [], children }: Props) {
  const draft = useSignal<Settings>(values);
  const outcome = useSignal<Came | null>(null);
  const all = [...fields, ...more];

  async function save(event: SubmitEvent) {
    event.preventDefault();
    try {
      await version.change(read(event.currentTarget as HTMLFormElement, all));
      version.end();
      outcome.value = { isWell: true, text: words.value.saved };
    } catch (error) {
      outcome.value = { isWell: false, text: `${words.value.failed} ${said(error)}` };
    }
  }

  function typed(form: HTMLFormElement) {
    version.begin();
    draft.value = read(form, all);
    outcome.value = null;
  }

  return (
    <form onSubmit={(event) => void save(event)} onInput={(event) => typed(event.currentTarget)}>
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
