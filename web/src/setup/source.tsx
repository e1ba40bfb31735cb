import { type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call, said } from "../api";
import type { Settings, Source, Trial } from "../contract";
import { words } from "../words";
import { isValid, read } from "./draft";
import { Fields } from "./field";
import { BROKER_PORT, FIELDS, KINDS, type Kind, kindOf, NAMED, USUAL } from "./source_kind";
import { TrialResult } from "./trial";

interface Props {
  /** Its name in the inverter. */
  at: "source" | "fallback";
  stored: Source | null;
  /** The inverter that has it already. */
  inverter: number | null;
  /** What the form says now; null as long as nothing was changed. */
  draft: Signal<Settings | null>;
}

/** A source, step by step: its kind, its settings, and a live test. */
export function SourceSteps({ at, stored, inverter, draft }: Props) {
  const kind = useSignal<Kind>(stored ? kindOf(stored) : KINDS[0]);
  const trial = useSignal<Trial | null>(null);
  const trouble = useSignal("");
  const isTrying = useSignal(false);
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const isStoredKind = stored !== null && kindOf(stored) === kind.value;
  const values: Settings = isStoredKind ? stored : { ...USUAL[kind.value], broker: { port: BROKER_PORT } };
  const { kinds, sourceSteps, test, testing } = words.value;

  function given(): Settings {
    return { ...NAMED[kind.value], ...(fieldset.current && read(fieldset.current, FIELDS[kind.value])) };
  }

  function changed() {
    trial.value = null;
    trouble.value = "";
    draft.value = given();
  }

  function choose(name: Kind) {
    kind.value = name;
    draft.value = { ...USUAL[name], ...NAMED[name] };
    trial.value = null;
  }

  async function tryIt() {
    if (!fieldset.current || !isValid(fieldset.current)) return;
    isTrying.value = true;
    trial.value = null;
    trouble.value = "";
    const { has_token: _, ...before } = isStoredKind ? stored : { has_token: false };
    try {
      trial.value = await call<Trial>("POST", "sources/test", { source: { ...before, ...given() }, inverter_id: inverter });
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
            <span><strong>{kinds[name].name}</strong> <small>{kinds[name].what}</small></span>
          </label>
        ))}
      </div>
      <p class="step">{sourceSteps.fields}</p>
      <div key={kind.value}><Fields fields={FIELDS[kind.value]} values={values} draft={draft.value ?? values} /></div>
      <p class="step">{sourceSteps.test}</p>
      <div class="orders">
        <button type="button" disabled={isTrying.value} onClick={() => void tryIt()}>{isTrying.value ? testing : test}</button>
      </div>
      <div class="result" role="status">
        {trouble.value && <p class="trouble">{trouble.value}</p>}
        {trial.value && <TrialResult trial={trial.value} />}
      </div>
    </fieldset>
  );
}
