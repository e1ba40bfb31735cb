import { useEffect, useRef } from "preact/hooks";
import { answer, question } from "./key";
import { words } from "./words";

/** Asks for the API key while a question waits for it. */
export function KeyDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const waiting = question.value;
  const { cancel, key, keyShow, keyUse } = words.value;
  useEffect(() => {
    if (waiting && !dialog.current?.open) dialog.current?.showModal();
    if (!waiting) dialog.current?.close();
  }, [waiting]);

  function give(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = String(new FormData(form).get("key")).trim();
    form.reset();
    answer(given);
  }

  return (
    <dialog ref={dialog} aria-labelledby="key-title" onCancel={() => answer(null)}>
      <form onSubmit={give}>
        <input type="text" name="username" value="sunpilot" autocomplete="username" hidden />
        <h2 id="key-title">{key}</h2>
        <p class="quiet">{waiting && words.value[waiting.why]} {keyShow}</p>
        <label class="field">{key} <input type="password" name="key" required autocomplete="current-password" /></label>
        <div class="orders">
          <button type="submit" class="primary">{keyUse}</button>
          <button type="button" onClick={() => answer(null)}>{cancel}</button>
        </div>
      </form>
    </dialog>
  );
}
