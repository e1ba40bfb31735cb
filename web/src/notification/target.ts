import type { Text } from "../contract";
import type { Field } from "../setup/field";
import { filled } from "../figure";
import { words } from "../words";

/** Where notifications go, as the api says it; the address with its secrets never comes out. */

export const EVENTS = ["charging_started", "charging_stopped", "car_full", "stale", "fault", "manual"] as const;

export interface Target {
  id: number;
  name: string;
  service: string;
  address: string;
  events: string[];
  language: string;
  enabled: boolean;
  last: { at: string; outcome: string; text: Text } | null;
}

/** What came of sending one. */
export interface Sent { outcome: string; text: Text }

/** What is asked for; the address of one that is stored may stay as it is. */
export function fieldsOf(target: Target | null): readonly Field[] {
  const { keepUrl, urlHint } = words.value.notifications;
  return [
    { at: "name", kind: "text", needed: true },
    { at: "url", kind: "text", needed: target === null, hint: target ? filled(keepUrl, { address: target.address }) : urlHint },
    { at: "language", kind: "choice", options: ["en", "de"], names: { en: "English", de: "Deutsch" } },
  ];
}

/** What the form says of a target. An address that was left empty stays as it is stored. */
export function read(form: HTMLFormElement): Record<string, unknown> {
  const fields = new FormData(form);
  const url = String(fields.get("url")).trim();
  return {
    name: String(fields.get("name")),
    ...(url !== "" && { url }),
    events: EVENTS.filter((event) => fields.has(event)),
    language: String(fields.get("language")),
    enabled: fields.has("enabled"),
  };
}
