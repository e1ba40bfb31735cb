import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { said } from "../api";
import { filled } from "../figure";
import { Refusal } from "../request";
import { words } from "../words";
import { logIn, setPassword } from "./login";
import { answer, askOtherwise, type Kind, question } from "./question";
import { NewPassword, Secret } from "./secret";

/** Asks a person to log in or, on the first visit, to choose a password. */
export function LoginDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const trouble = useSignal("");
  const isBusy = useSignal(false);
  const kind = question.value?.kind;
  const { cancel, login } = words.value;

  useEffect(() => {
    if (kind && !dialog.current?.open) dialog.current?.showModal();
    if (!kind) dialog.current?.close();
    trouble.value = "";
  }, [kind]);

  async function give(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const text = (name: string) => String(fields.get(name) ?? "");
    isBusy.value = true;
    try {
      await (kind === "first" ? setPassword(text("code").trim(), text("new")) : logIn(text("password")));
      trouble.value = "";
      form.reset();
      answer(true);
    } catch (error) {
      trouble.value = refused(error, kind);
    }
    isBusy.value = false;
  }

  return (
    <dialog ref={dialog} aria-labelledby="login-title" onCancel={() => answer(false)}>
      {kind && (
        <form key={kind} onSubmit={(event) => void give(event)}>
          <input type="text" name="username" value="sunpilot" autocomplete="username" hidden />
          <h2 id="login-title">{kind === "first" ? login.firstTitle : login.title}</h2>
          {kind === "first" ? <FirstVisit /> : <Secret name="password" label={login.password} autocomplete="current-password" autofocus />}
          <p class="trouble" role="alert">{trouble.value}</p>
          <div class="orders">
            <button type="submit" class="primary" disabled={isBusy.value}>{kind === "first" ? login.setPassword : login.enter}</button>
            <button type="button" onClick={() => answer(false)}>{cancel}</button>
          </div>
          <button type="button" class="link" onClick={() => askOtherwise(kind === "first" ? "login" : "first")}>
            {kind === "first" ? login.known : login.forgotten}
          </button>
        </form>
      )}
    </dialog>
  );
}

function FirstVisit() {
  const { login } = words.value;
  return (
    <>
      <p class="quiet">{login.firstText}</p>
      <Secret name="code" label={login.code} hint={login.codeShown} autocomplete="off" autofocus />
      <NewPassword />
    </>
  );
}

function refused(error: unknown, kind: Kind | undefined): string {
  if (error instanceof Refusal && error.status === 429) return filled(words.value.login.slowly, { seconds: String(error.retry_after_s || 1) });
  if (error instanceof Refusal && error.status === 401 && kind === "first") return words.value.login.wrongCode;
  return said(error);
}
