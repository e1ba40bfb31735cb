import { askToLogIn } from "./access/question";
import { type FieldFault, Refusal, request } from "./request";
import { known, language, sentence, word, words } from "./words";

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

/** What went wrong, as a person reads it. `hasTwo`: of two sources, a fault of the first says so too. */
export function said(error: unknown, hasTwo = false): string {
  if (!(error instanceof Refusal)) return words.value.unreachable;
  const { refusals, statuses } = words.value;
  if (error.faults.length > 0) return sentence(error.faults.map((fault) => named(fault, hasTwo)).join("; "));
  return known(refusals, error.kind) ?? error.text?.[language.value] ?? known(statuses, String(error.status)) ?? error.message;
}

/** Faults of these are of several fields together, and name them. */
const GROUPS = new Set(["", "source", "fallback", "policy"]);

/** A fault with its source, of two, and its field's name on the page; the api's own where the page has no such field. */
function named({ at, text }: FieldFault, hasTwo: boolean): string {
  const [, source, field] = /^(?:(source|fallback)(?:\.|$))?(.*)$/.exec(at) ?? [];
  const { fieldNames, sources } = words.value;
  const places = [
    source === "fallback" ? sources.second : source && hasTwo ? sources.first : "",
    GROUPS.has(at) ? "" : word(fieldNames, field),
  ].filter(Boolean);
  return [...(places.length ? [places.join(", ")] : []), text[language.value]].join(": ");
}
