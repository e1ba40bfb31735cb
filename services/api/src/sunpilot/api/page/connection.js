// Talking to the api: the key, requests, and the live stream.

import { words } from "./words.js";

const SILENCE_MS = 40_000; // the api says something every 15 s
const LONGEST_PAUSE_MS = 10_000;

const dialog = document.getElementById("key");
const form = dialog.querySelector("form");
let asking = null;

function headers() {
  const key = sessionStorage.getItem("key");
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** Ask for the key; false when the person would rather not. */
export function askForKey(why) {
  if (asking) return asking;
  const reason = sessionStorage.getItem("key") ? words.keyWrong : why;
  sessionStorage.removeItem("key");
  document.getElementById("key-why").textContent = `${reason} ${words.keyShow}`;
  form.reset();
  dialog.showModal();
  asking = new Promise((resolve) => {
    dialog.addEventListener("close", () => { asking = null; resolve(dialog.returnValue === "given"); }, { once: true });
  });
  return asking;
}

function prepareDialog() {
  document.getElementById("key-title").textContent = words.key;
  form.querySelector("span").textContent = words.key;
  form.querySelector("[type=submit]").textContent = words.keyUse;
  const cancel = document.getElementById("key-cancel");
  cancel.textContent = words.cancel;
  cancel.addEventListener("click", () => dialog.close("cancelled"));
  dialog.addEventListener("cancel", () => { dialog.returnValue = "cancelled"; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem("key", form.elements.key.value.trim());
    dialog.close("given");
  });
}
prepareDialog();

/** A request to the api; asks for the key when one is needed. Throws an Error that says what to do. */
export async function call(method, path, body) {
  for (;;) {
    const response = await fetch(`/api/v1/${path}`, {
      method,
      headers: { ...headers(), ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    if (response.status === 401 && (await askForKey(words.keyChange))) continue;
    if (response.status === 204) return null;
    const answer = await response.json();
    if (response.ok) return answer;
    const faults = (answer.errors ?? []).map((fault) => `${fault.at}: ${fault.detail}`);
    throw new Error([answer.detail, ...faults].join(" "));
  }
}

/**
 * Follow the live stream for ever. `tell(state)` hears "connected", "disconnected" and "locked"; after "locked" the
 * stream waits until a key is given.
 */
export async function follow(onEvent, tell) {
  let pause = 500;
  for (;;) {
    try {
      const status = await stream((name, data) => { pause = 500; tell("connected"); onEvent(name, data); });
      if (status === 401) {
        tell("locked");
        await new Promise((resolve) => addEventListener("key-given", resolve, { once: true }));
        continue;
      }
    } catch {
      // the network's own words say nothing that the state does not
    }
    tell("disconnected");
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function stream(onEvent) {
  const abort = new AbortController();
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    const response = await fetch("/api/v1/live", { headers: headers(), signal: abort.signal });
    if (!response.ok) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return 200;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const field = (name) => event.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        if (field("data")) onEvent(field("event"), JSON.parse(field("data")));
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
}
