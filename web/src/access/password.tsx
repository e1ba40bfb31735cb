import { useSignal } from "@preact/signals";
import { said } from "../api";
import { Outcome, type Came } from "../setup/outcome";
import { words } from "../words";
import { access, setPassword } from "./login";
import { NewPassword, Secret } from "./secret";

/** Changes the password; whoever is logged in elsewhere is logged out by that. */
export function PasswordForm() {
  const outcome = useSignal<Came | null>(null);
  const { login, saved, failed } = words.value;
  const isFirst = access.value?.password_is_set === false;

  async function set(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    try {
      await setPassword(String(fields.get("current")).trim(), String(fields.get("new")));
      form.reset();
      outcome.value = { isWell: true, text: saved };
    } catch (error) {
      outcome.value = { isWell: false, text: `${failed} ${said(error)}` };
    }
  }

  return (
    <form class="card" aria-label={login.password} onSubmit={(event) => void set(event)}>
      <h3>{login.password}</h3>
      <input type="text" name="username" value="sunpilot" autocomplete="username" hidden />
      <div class="fields">
        <Secret name="current" label={isFirst ? login.code : login.current} hint={isFirst ? login.codeShown : login.everywhere}
          autocomplete={isFirst ? "off" : "current-password"} />
        <NewPassword />
      </div>
      <div class="orders"><button type="submit">{login.setPassword}</button><Outcome outcome={outcome.value} /></div>
    </form>
  );
}
