import { signal } from "@preact/signals";
import { request } from "../request";

/** Logging in and out, and who the api takes us for. */

export interface Asker { kind: string; scope: string }

/** `password_is_set` is null while the store is away. */
export interface Access { password_is_set: boolean | null; asker: Asker | null; open_reading: boolean }

const CODE = "#code=";

/** Null until it was read. */
export const access = signal<Access | null>(null);

/** Whether somebody is logged in here, and not only let in to read. */
export const isLoggedIn = () => access.value?.asker != null && access.value.asker.kind !== "open reading";

/** Ask the api who we are; as before where it does not answer. */
export async function readAccess(): Promise<void> {
  try {
    access.value = (await (await request("GET", "access")).json()) as Access;
  } catch {
    // the connection's state says that nobody answers
  }
}

/** Log in by the password or the set-up code. Throws `Refusal` or `TypeError`. */
export async function logIn(password: string): Promise<void> {
  await request("POST", "login", { password });
  await readAccess();
}

/** Set the password, by the one that holds or the set-up code; everybody else is logged out. Throws as `logIn`. */
export async function setPassword(current: string, chosen: string): Promise<void> {
  await request("PUT", "password", { current, new: chosen });
  await readAccess();
}

/** Log out here. Throws as `logIn`. */
export async function logOut(): Promise<void> {
  await request("DELETE", "login");
  await readAccess();
  dispatchEvent(new Event("logged-out"));
}

/** A link such as the demo's carries the set-up code: log in by it, and take it out of the address. */
export async function logInByLink(): Promise<void> {
  if (!location.hash.startsWith(CODE)) return;
  const code = decodeURIComponent(location.hash.slice(CODE.length));
  history.replaceState(null, "", location.pathname);
  await logIn(code).catch(() => undefined); // a code that does not hold any more: the page asks as it would have
}
