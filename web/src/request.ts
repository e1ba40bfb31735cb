/** One request to the api, and what it may refuse. */

/** What the api refused; the message says what to do. `kind` tells refusals of one status apart. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly kind: string, message: string, readonly retry_after_s: number) { super(message); }
}

interface Problem { type?: string; detail?: string; errors?: { at: string; detail: string }[] }

const BRANCH = "urn:sunpilot:";

/** A request. Throws `Refusal`, or a `TypeError` when the api is not there. `told` is a status that tells something too. */
export async function request(method: string, path: string, body?: unknown, told?: number): Promise<Response> {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    ...(body !== undefined && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (response.ok || response.status === told) return response;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const faults = (problem.errors ?? []).map((fault) => `${fault.at}: ${fault.detail}`);
  const message = [problem.detail ?? `${response.status} ${response.statusText}`, ...faults].join(" ");
  const kind = problem.type?.startsWith(BRANCH) ? problem.type.slice(BRANCH.length) : "";
  return new Refusal(response.status, kind, message, Number(response.headers.get("Retry-After") ?? 0));
}
