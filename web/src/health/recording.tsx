import { language } from "../words";
import type { Found } from "./found";
import { Item } from "./item";

const MARKS = { ok: "ok", waits: "waits", faulty: "away" } as const;

/** What became of the messages that are recorded, as the api finds it: what waits, what is lost, what is refused. */
export function recordings({ parts }: Found) {
  return parts.filter((part) => part.area === "history").map(({ subject, verdict, text, advice }) => (
    <Item key={text.en} mark={MARKS[verdict]} name={subject[language.value]} what="" lines={[text[language.value], advice?.[language.value] ?? ""]} />
  ));
}
