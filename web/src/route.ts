import { signal } from "@preact/signals";

/** The views, by the hash of the address: #/now, #/setup … */

export const VIEWS = ["now", "history", "setup", "health"] as const;
export type View = (typeof VIEWS)[number];

function here(): View {
  const name = location.hash.replace(/^#\/?/, "");
  return VIEWS.find((view) => view === name) ?? "now";
}

export const view = signal<View>(here());
addEventListener("hashchange", () => { view.value = here(); });
