import type { Settings } from "../contract";

/** Settings with some of them changed, groups one by one: what the api makes of a change (PATCH). */
export function merged(old: Settings, change: Settings): Settings {
  const all = { ...old };
  for (const [name, value] of Object.entries(change)) {
    const before = all[name];
    all[name] = isGroup(before) && isGroup(value) ? merged(before, value) : value;
  }
  return all;
}

/** Whether a setting holds others by their names; a list is one value. */
function isGroup(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
