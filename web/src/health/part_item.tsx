import { known, language, words } from "../words";
import { Item } from "./item";
import { type Part, troubles } from "./part";

const MARKS = { ok: "ok", waits: "waits", faulty: "away" } as const;

/** What says nothing itself: broker and store, a service that is missed, prices, and history with how much there is of it. */
export function PartItem({ part }: { part: Part }) {
  const what = known(words.value.health.roles, part.area) ?? "";
  return <Item mark={MARKS[part.verdict]} name={part.subject[language.value]} what={what} lines={part.verdict === "ok" && part.area === "history" ? [part.text[language.value]] : troubles([part])} />;
}
