import { askToLogIn } from "./access/question";
import { filled } from "./figure";
import { Refusal, request } from "./request";
import { known, language, words } from "./words";

/** Requests to the api on behalf of the person, who is asked to log in where that is needed. */

export { Refusal };

/** A request; gives what the api answers. Throws `Refusal`, or a `TypeError` when the api is not there. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** As `call`, with the whole answer; `ifMatch` is the version that a change is meant for. */
export async function send(method: string, path: string, body?: unknown, ifMatch?: string): Promise<Response> {
  for (;;) {
    try {
      return await request(method, path, body, ifMatch === undefined ? {} : { ifMatch });
    } catch (error) {
      const needsLogin = error instanceof Refusal && (error.status === 401 || error.kind === "scope-too-small");
      if (!needsLogin || !(await askToLogIn(error.kind))) throw error;
    }
  }
}

/** What went wrong, as a person reads it. */
export function said(error: unknown): string {
  if (!(error instanceof Refusal)) return words.value.unreachable;
  const { fieldNames, refusals, statuses } = words.value;
  const text = known(refusals, error.kind) ?? filled(known(statuses, String(error.status)) ?? "{detail}", { detail: error.message });
  return [text, ...error.faults.map((fault) => `${known(fieldNames, fault.at) ?? fault.at}: ${fault.text[language.value]}`)].join(" ");
}
