import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Fault, useFault } from "../setup/fault";
import { words } from "../words";

interface Props {
  name: string;
  label: string;
  hint?: string;
  /** What a password manager is told of it. */
  autocomplete: "current-password" | "new-password" | "off";
  least?: number;
  autofocus?: boolean;
}

const MOST_CHARACTERS = 128;

/** A password or code to type; a new one may be looked at meanwhile. */
export function Secret({ name, label, hint, autocomplete, least, autofocus = false }: Props) {
  const isShown = useSignal(false);
  const id = useId();
  const fault = useFault(name, id);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input {...fault.of} id={id} name={name} required minLength={least} maxLength={MOST_CHARACTERS} autocomplete={autocomplete} autofocus={autofocus}
        {...(hint && { "aria-describedby": `${id}-hint` })} {...(isShown.value ? { type: "text" as const } : { type: "password" as const })} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      <Fault id={id} text={fault.text} />
      {autocomplete === "new-password" && (
        <label class="pair"><input type="checkbox" checked={isShown.value} onChange={() => { isShown.value = !isShown.value; }} /> {words.value.login.show}</label>
      )}
    </div>
  );
}

const LEAST_CHARACTERS = 10;

/** The password to be. */
export function NewPassword() {
  const { login } = words.value;
  return <Secret name="new" label={login.newPassword} hint={login.newHint} autocomplete="new-password" least={LEAST_CHARACTERS} />;
}
