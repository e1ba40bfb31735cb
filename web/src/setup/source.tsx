import { type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call, said } from "../api";
import type { Role, Settings, Source, Trial } from "../contract";
import { unbroken } from "../figure";
import { words } from "../words";
import { isValid, read } from "./draft";
import { Fields } from "./field";
import { merged } from "./merged";
import { BROKER_PORT, FIELDS, KINDS, type Kind, kindOf, MORE, NAMED, USUAL } from "./source_kind";
import { TrialResult } from "./trial";

interface Props {
  /** Its name in the inverter. */
  at: "source" | "fallback";
  stored: Source | null;
  /** What the inverter measures. */
  role: Role;
  /** The inverter that has it already. */
  inverter: number | null;
  /** What the form says now; null as long as nothing was changed. */
  draft: Signal<Settings | null>;
}

/** A source, step by step: its kind, its settings, and a live test. */
export function SourceSteps({ at, stored, role, inverter, draft }: Props) {
  const kind = useSignal<Kind>(stored ? kindOf(stored) : KINDS[0]);
  const trial = useSignal<Trial | null>(null);
  const trouble = useSignal("");
  const isTrying = useSignal(false);
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const isStoredKind = stored !== null && kindOf(stored) === kind.value;
  const values: Settings = isStoredKind ? stored : { ...USUAL[kind.value], broker: { port: BROKER_PORT } };
  const fields = FIELDS[kind.value];
  const more = MORE[kind.value];
  const drafted = { ...merged(values, draft.value ?? {}), role };
  const { kinds, more: moreTitle, sourceSteps, test, testing } = words.value;

  function given(): Settings {
    return { ...NAMED[kind.value], ...(fieldset.current && read(fieldset.current, [...fields, ...more], values)) };
  }

  function changed() {
    trial.value = null;
    trouble.value = "";
    draft.value = given();
  }

  /** What would be saved now. */
  function settings(): Settings {
    if (!isStoredKind) return given();
    const { has_token: _, ...before } = stored;
    return merged(before, draft.value ?? {});
  }

  function choose(name: Kind) {
    kind.value = name;
    draft.value = stored && kindOf(stored) === name ? null : { ...USUAL[name], ...NAMED[name] };
    trial.value = null;
  }

  async function tryIt() {
    if (!fieldset.current || !isValid(fieldset.current)) return;
    isTrying.value = true;
    trial.value = null;
    trouble.value = "";
    try {
      trial.value = await call<Trial>("POST", "sources/test", { source: settings(), inverter_id: inverter });
    } catch (error) {
      trouble.value = `${words.value.failed} ${said(error)}`;
    }
    isTrying.value = false;
  }

  return (
    <fieldset ref={fieldset} class="steps" onInput={changed}>
      <legend class="step">{sourceSteps.kind}</legend>
      <div class="kinds">
        {KINDS.map((name) => (
          <label key={name} class="kind">
            <input type="radio" name={`${at}-${inverter}-kind`} value={name} checked={kind.value === name}
              onInput={(event) => { event.stopPropagation(); choose(name); }} />
            <span><strong>{kinds[name].name}</strong> <small>{unbroken(kinds[name].what)}</small></span>
          </label>
        ))}
      </div>
      <p class="step">{sourceSteps.fields}</p>
      <div key={kind.value}>
        <Fields fields={fields} values={values} draft={drafted} />
        {more.length > 0 && <details><summary>{moreTitle}</summary><Fields fields={more} values={values} draft={drafted} /></details>}
      </div>
      <p class="step">{sourceSteps.test}</p>
      <div class="orders">
        <button type="button" disabled={isTrying.value} onClick={() => void tryIt()}>{isTrying.value ? testing : test}</button>
      </div>
      <div class="result" role="status">
        {trouble.value && <p class="trouble">{trouble.value}</p>}
        {trial.value && <TrialResult trial={trial.value} role={role} />}
      </div>
    </fieldset>
  );
}
