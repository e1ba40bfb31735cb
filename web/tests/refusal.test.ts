import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, said } from "../src/api";
import { language } from "../src/words";

const FAULTS = [{ at: "policy.max_a", text: { en: "Input should be less than or equal to 32", de: "höchstens 32" } }];

test("what the api says in English is said in German on the German page, and a field by its name there", () => {
  language.value = "de";
  assert.match(said(new Refusal(503, "", "The store does not answer.", [], 5)), /^Sunpilot kann das gerade nicht/);
  assert.equal(said(new Refusal(422, "", "Correct the fields.", FAULTS, 0)), "Bitte prüfe diese Angaben: Größter Strom (A): höchstens 32");
  assert.match(said(new Refusal(409, "", "House 2 has its grid inverter already.", [], 0)), /^Das passt nicht .* House 2 has its grid inverter already\.$/);
  language.value = "en";
});

test("on the English page the api's own words stay, for they say more", () => {
  assert.equal(said(new Refusal(409, "", "House 2 has its grid inverter already.", [], 0)), "House 2 has its grid inverter already.");
  assert.equal(said(new Refusal(422, "", "Correct the fields.", FAULTS, 0)), "Correct the fields. Highest current (A): Input should be less than or equal to 32");
});

test("a change that somebody else made first says what to do", () => {
  assert.match(said(new Refusal(412, "", "read it again", [], 0)), /save once more/);
});
