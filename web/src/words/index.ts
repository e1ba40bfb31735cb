import { computed, signal } from "@preact/signals";
import type { Text } from "../contract";
import { GERMAN } from "./de";
import { ENGLISH } from "./en";
import reasons from "./reasons.json";

/** The page's words: English and German. The browser's language holds until a person chooses. */

export type Language = "en" | "de";

const KEPT = "language";

function preferred(): Language {
  const name = localStorage.getItem(KEPT) ?? navigator.language;
  return name.toLowerCase().startsWith("de") ? "de" : "en";
}

export const language = signal<Language>(preferred());
export const words = computed(() => (language.value === "de" ? GERMAN : ENGLISH));

/** How numbers and times are written: by the browser's own region, where it has the page's language. */
export const locale = computed(() => (navigator.language.toLowerCase().startsWith(language.value) ? navigator.language : language.value));

language.subscribe((name) => { document.documentElement.lang = name; });

/** Choose a language, for this browser. */
export function choose(name: Language): void {
  localStorage.setItem(KEPT, name);
  language.value = name;
}

type Table = Record<string, string | undefined>;

/** A word by its name; the name itself where there is none, as for what a newer api says. */
export function word(table: Table, name: string | null | undefined): string {
  return name == null ? "" : (table[name] ?? name);
}

/** A word by its name; nothing where there is none. */
export function known(table: Table, name: string): string | undefined {
  return table[name];
}

/** The reason of a decision in a few words; its code where it has none. */
export function reasonWords(reason: string): string {
  const text = (reasons as Record<string, Text | undefined>)[reason]?.[language.value];
  return text === undefined ? reason : capitalised(text);
}

/** A text that begins and ends as a sentence does. */
export function sentence(text: string): string {
  return capitalised(/[.?!]$/.test(text) ? text : `${text}.`);
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
