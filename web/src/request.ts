import type { Text } from "./contract";

/** One request to the api, and what it may refuse. */

/** One faulty field of what was sent, and what it must be. */
export interface FieldFault { at: string; text: Text }

/**
 * What the api refused. `text` says to people what to do, by the page's labels; the message says it to scripts. It is left out
 * where the page knows it better: by `kind`, which tells refusals of one status apart, by status, or by the faulty fields.
 */
export class Refusal extends Error {
  constructor(readonly status: number, readonly kind: string, message: string, readonly text: Text | undefined, readonly faults: FieldFault[], readonly retry_after_s: number) { super(message); }
}

interface Problem { type?: string; detail?: string; text?: Text; errors?: FieldFault[] }

interface Wish {
  /** The version that the change is meant for; any, where this is left out. */
  ifMatch?: string;
  /** A status that tells something too. */
  told?: number;
}

const BRANCH = "urn:sunpilot:";

/** A request. Throws `Refusal`, or a `TypeError` when the api is not there. */
export async function request(method: string, path: string, body?: unknown, { ifMatch, told }: Wish = {}): Promise<Response> {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...(ifMatch && { "If-Match": ifMatch }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.ok || response.status === told) return response;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const message = problem.detail ?? `${response.status} ${response.statusText}`;
  const kind = problem.type?.startsWith(BRANCH) ? problem.type.slice(BRANCH.length) : "";
  return new Refusal(response.status, kind, message, problem.text, problem.errors ?? [], Number(response.headers.get("Retry-After") ?? 0));
}
