import { headers } from "./key";

/** The live stream of server-sent events, read for ever. */

const SILENCE_MS = 40_000; // the api says something every 15 s
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export type Connection = "connecting" | "connected" | "disconnected" | "locked";

type OnEvent = (name: string, data: unknown) => void;

/** Follow the stream. `tell` hears how it goes; after "locked" the stream waits until a key is given. */
export async function follow(onEvent: OnEvent, tell: (state: Connection) => void): Promise<never> {
  let pause = SHORTEST_PAUSE_MS;
  for (;;) {
    try {
      const status = await read((name, data) => {
        pause = SHORTEST_PAUSE_MS;
        tell("connected");
        onEvent(name, data);
      });
      if (status === 401) {
        tell("locked");
        await new Promise((resolve) => { addEventListener("key-given", resolve, { once: true }); });
        continue;
      }
    } catch {
      // the network's own words say nothing that the state does not
    }
    tell("disconnected");
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function read(onEvent: OnEvent): Promise<number> {
  const abort = new AbortController();
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    const response = await fetch("/api/v1/live", { headers: headers(), signal: abort.signal });
    if (!response.ok || !response.body) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return response.status;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      const events = (rest + value).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        const data = field(event, "data");
        if (data) onEvent(field(event, "event") ?? "message", JSON.parse(data));
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
}

function field(event: string, name: string): string | undefined {
  return event.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
}
