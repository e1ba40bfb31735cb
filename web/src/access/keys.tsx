import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { date, filled } from "../figure";
import { read } from "../setup/draft";
import { type Field, Fields } from "../setup/field";
import { useListed } from "../setup/listed";
import { Outcome, type Came } from "../setup/outcome";
import { SureButton } from "../setup/sure_button";
import { word, words } from "../words";

interface Key { id: string | number; name: string; scope: string; made_on: string; used_on: string | null }

const FIELDS: readonly Field[] = [
  { at: "name", kind: "text", needed: true },
  { at: "scope", kind: "choice", options: ["read", "control", "configure"] },
];

/** API keys for scripts: each with a name and with what it may do. A key is shown once, when it is made. */
export function Keys() {
  const { entries, read: readKeys } = useListed<Key>("keys");
  const made = useSignal<{ name: string; key: string } | null>(null);
  const outcome = useSignal<Came | null>(null);
  const { failed, keys, remove } = words.value;

  async function doing(what: () => Promise<void>) {
    try {
      await what();
      outcome.value = null;
      await readKeys();
    } catch (error) {
      outcome.value = { isWell: false, text: `${failed} ${said(error)}` };
    }
  }

  function make(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void doing(async () => {
      made.value = await call<{ name: string; key: string }>("POST", "keys", read(form, FIELDS));
      form.reset();
    });
  }

  return (
    <section class="card" aria-label={keys.title}>
      <h3>{keys.title}</h3>
      <p class="quiet">{keys.what}</p>
      {entries.value !== null && entries.value.length > 0 && (
        <ul class="list">
          {entries.value.map((key) => (
            <li key={key.id} class="row">
              <span><strong>{key.name}</strong> <span class="quiet">{word(words.value.options, `scope=${key.scope}`)} · {key.used_on ? `${keys.usedOn} ${date(key.used_on)}` : keys.unused}</span></span>
              <SureButton text={remove} onSure={() => void doing(() => call("DELETE", `keys/${key.id}`))} />
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={make}>
        <Fields fields={FIELDS} values={{}} draft={{}} />
        <div class="orders"><button type="submit">{keys.make}</button><Outcome outcome={outcome.value} /></div>
      </form>
      <div role="status">
        {made.value && <p class="made">{filled(keys.shown, { name: made.value.name })} <code>{made.value.key}</code></p>}
      </div>
    </section>
  );
}
