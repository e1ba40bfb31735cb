import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call, said } from "../api";
import { Fields } from "../setup/field";
import { type Came, Outcome } from "../setup/outcome";
import { SureButton } from "../setup/sure_button";
import { useVersion } from "../setup/version";
import { language, word, words } from "../words";
import { EVENTS, fieldsOf, read, type Sent, type Target } from "./target";

/** A target of notifications: added or changed, tried out, taken away. */
export function TargetForm({ target, onDone }: { target: Target | null; onDone: () => Promise<void> }) {
  const form = useRef<HTMLFormElement>(null);
  const version = useVersion(`notifications/${target?.id}`);
  const outcome = useSignal<Came | null>(null);
  const { failed, notifications, remove, save, saved } = words.value;
  const path = target ? `notifications/${target.id}` : "notifications";

  async function doing(what: () => Promise<Came | null>) {
    outcome.value = null;
    try {
      outcome.value = await what();
    } catch (error) {
      outcome.value = { isWell: false, text: `${failed} ${said(error)}` };
    }
  }

  function typed() {
    outcome.value = null;
    if (target) version.begin();
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    void doing(async () => {
      const given = read(event.currentTarget as HTMLFormElement);
      await (target ? version.change(given) : call("POST", path, given));
      version.end();
      await onDone();
      return { isWell: true, text: saved };
    });
  }

  function tryOut() {
    const url = form.current ? read(form.current)["url"] : undefined;
    if (target === null && !form.current?.reportValidity()) return;
    void doing(async () => {
      const sent = url === undefined
        ? await call<Sent>("POST", `${path}/test`)
        : await call<Sent>("POST", "notifications/test", { url, language: language.value });
      return { isWell: sent.outcome === "sent", text: sent.text[language.value] };
    });
  }

  return (
    <form ref={form} class="card" aria-label={target?.name ?? notifications.add} onSubmit={submit} onInput={typed}>
      <Fields fields={fieldsOf(target)} values={{ name: target?.name, language: target?.language ?? language.value }} draft={{}} />
      <fieldset>
        <legend>{notifications.when}</legend>
        <div class="orders">
          {EVENTS.map((event) => (
            <label key={event} class="pair">
              <input type="checkbox" name={event} defaultChecked={target?.events.includes(event) ?? true} /> {word(notifications.events, event)}
            </label>
          ))}
        </div>
      </fieldset>
      <label class="pair"><input type="checkbox" name="enabled" defaultChecked={target?.enabled ?? true} /> {notifications.enabled}</label>
      {target?.last && <p class="quiet">{notifications.last} {target.last.text[language.value]}</p>}
      <div class="orders">
        <button type="submit" class="primary">{target ? save : notifications.add}</button>
        <button type="button" onClick={tryOut}>{notifications.test}</button>
        {target && <SureButton text={remove} onSure={() => void doing(async () => { await call("DELETE", path); await onDone(); return null; })} />}
        <Outcome outcome={outcome.value} />
      </div>
    </form>
  );
}
