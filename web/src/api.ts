import { askForKey, headers } from "./key";
import { words } from "./words";

/** Requests to the api. */

/** What the api refused; the message says what to do. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) { super(message); }
}

interface Problem { detail?: string; errors?: { at: string; detail: string }[] }

/** A request; asks for the key when one is needed. Throws `Refusal`, or a `TypeError` when the api is not there. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  for (;;) {
    const response = await fetch(`/api/v1/${path}`, {
      method,
      headers: { ...headers(), ...(body !== undefined && { "Content-Type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.status === 401 && (await askForKey("keyChange"))) continue;
    if (response.status === 204) return undefined as T;
    if (response.ok) return (await response.json()) as T;
    throw new Refusal(response.status, await reason(response));
  }
}

/** What went wrong, as a person reads it. */
export function said(error: unknown): string {
  return error instanceof Refusal ? error.message : words.value.unreachable;
}

async function reason(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as Problem;
    const faults = (problem.errors ?? []).map((fault) => `${fault.at}: ${fault.detail}`);
    return [problem.detail ?? response.statusText, ...faults].join(" ");
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}
