import assert from "node:assert/strict";
import { test } from "node:test";
import { type Part, troubles } from "../src/health/part";
import { language } from "../src/words";

const STORE: Part = {
  area: "store", id: null, verdict: "faulty",
  subject: { en: "store", de: "Speicher" },
  text: { en: "does not answer", de: "antwortet nicht" },
  advice: { en: "look at `docker compose logs store`; is the disk full?", de: "sieh nach; ist die Platte voll?" },
};

test("what the api finds wrong is said in whole sentences, with what to do, in the page's language", () => {
  assert.deepEqual(troubles([STORE]), ["Store does not answer.", "Look at `docker compose logs store`; is the disk full?"]);
  language.value = "de";
  assert.deepEqual(troubles([STORE]), ["Speicher antwortet nicht.", "Sieh nach; ist die Platte voll?"]);
  language.value = "en";
});

test("of what is well nothing is said", () => {
  assert.deepEqual(troubles([{ ...STORE, verdict: "ok" }]), []);
});
