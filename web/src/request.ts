import type { Text } from "./contract";

/** One request to the api, and what it may refuse. */

/** One faulty field of what was sent, and what it must be. */
export interface FieldFault { at: string; text: Text }

/** What the api refused; the message says what to do, in English. `kind` tells refusals of one status apart. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly kind: string, message: string, readonly faults: FieldFault[], readonly retry_after_s: number) { super(message); }
}

interface Problem { type?: string; detail?: string; errors?: FieldFault[] }

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
  return new Refusal(response.status, kind, message, problem.errors ?? [], Number(response.headers.get("Retry-After") ?? 0));
}
