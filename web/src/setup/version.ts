import { useRef } from "preact/hooks";
import { Refusal, send } from "../api";
import { request } from "../request";

/** The version of an entity that a person has begun to change, so that nobody's change is overwritten unseen. */
export class Version {
  private seen: Promise<string | undefined> | null = null;

  constructor(private readonly path: string) {}

  /** A person begins to type: what is configured now is what the change is meant for. */
  begin(): void {
    this.seen ??= request("GET", this.path).then((answer) => answer.headers.get("ETag") ?? undefined, () => undefined);
  }

  /** Nothing that was typed is still to be saved. */
  end(): void {
    this.seen = null;
  }

  /** Change the entity. Refused with 412 where somebody else did so meanwhile; what is there then counts as seen. Throws as `call`. */
  async change(body: unknown): Promise<void> {
    try {
      const answer = await send("PATCH", this.path, body, await this.seen ?? undefined);
      if (this.seen) this.seen = Promise.resolve(answer.headers.get("ETag") ?? undefined);
    } catch (error) {
      if (error instanceof Refusal && error.status === CHANGED) {
        this.end();
        this.begin();
      }
      throw error;
    }
  }
}

const CHANGED = 412;

/** The version of what is at a path, for as long as its form is on the page. */
export function useVersion(path: string): Version {
  const version = useRef<Version | null>(null);
  return (version.current ??= new Version(path));
}
