/** The live stream of server-sent events, read for ever. */

const SILENCE_MS = 40_000; // the api says something every 15 s
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const LOCKED_PAUSE_MS = 3000;

export type Connection = "connecting" | "connected" | "disconnected" | "locked";

type OnEvent = (name: string, data: unknown) => void;

/** The last event that was seen; the api goes on from there after a lost connection. */
let lastId: string | undefined;

/** Follow the stream. `tell` hears how it goes; after "locked" the stream waits until somebody is logged in, or reading is open to all. */
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
        lastId = undefined;
        tell("locked");
        await Promise.race([login(), rest(LOCKED_PAUSE_MS)]); // reading may be opened to all meanwhile
        continue;
      }
    } catch {
      // the network's own words say nothing that the state does not
    }
    tell("disconnected");
    await rest(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

function login(): Promise<unknown> {
  return new Promise((resolve) => { addEventListener("logged-in", resolve, { once: true }); });
}

function rest(pause_ms: number): Promise<unknown> {
  return new Promise((resolve) => { setTimeout(resolve, pause_ms); });
}

async function read(onEvent: OnEvent): Promise<number> {
  const abort = new AbortController();
  const leave = () => abort.abort();
  let watchdog = setTimeout(leave, SILENCE_MS);
  addEventListener("logged-out", leave);
  try {
    const response = await fetch("/api/v1/live", { headers: lastId ? { "Last-Event-ID": lastId } : {}, signal: abort.signal });
    if (!response.ok || !response.body) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return response.status;
      clearTimeout(watchdog);
      watchdog = setTimeout(leave, SILENCE_MS);
      const events = (rest + value).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        const data = field(event, "data");
        if (data) onEvent(field(event, "event") ?? "message", JSON.parse(data));
        lastId = field(event, "id") ?? lastId;
      }
    }
  } finally {
    clearTimeout(watchdog);
    removeEventListener("logged-out", leave);
  }
}

function field(event: string, name: string): string | undefined {
  return event.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
}
