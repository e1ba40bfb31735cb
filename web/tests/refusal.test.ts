import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Refusal, said } from "../src/api";
import { request } from "../src/request";
import { language } from "../src/words";

const BELOW = { en: "Input should be less than or equal to 32", de: "höchstens 32" };
const CLASH = { en: "“Roof” exists already.", de: "„Roof“ gibt es schon." };

function refused(status: number, { kind = "", text, faults = [] }: { kind?: string; text?: typeof CLASH; faults?: Refusal["faults"] } = {}): string {
  return said(new Refusal(status, kind, "For scripts.", text, faults, 0));
}

afterEach(() => { language.value = "en"; });

test("what the api says to people is said in the page's language, and not what it says to scripts", () => {
  assert.equal(refused(409, { text: CLASH }), "“Roof” exists already.");
  language.value = "de";
  assert.equal(refused(409, { text: CLASH }), "„Roof“ gibt es schon.");
});

test("what only the page knows it says itself; without any words, those for scripts are better than none", () => {
  assert.match(refused(412), /save once more/);
  assert.equal(refused(403, { kind: "scope-too-small" }), "This needs a log-in.");
  assert.equal(refused(418), "For scripts.");
  language.value = "de";
  assert.match(refused(412), /speichere noch einmal/);
});

test("a faulty field is named as on the page, in either of an inverter's sources too", () => {
  assert.equal(refused(422, { faults: [{ at: "policy.max_a", text: BELOW }] }), "Highest current (A): Input should be less than or equal to 32.");
  language.value = "de";
  const needed = { en: "needed", de: "wird gebraucht" };
  assert.equal(
    refused(422, { faults: [{ at: "policy.max_a", text: BELOW }, { at: "fallback.broker.port", text: needed }, { at: "of_next_year", text: needed }] }),
    "Größter Strom (A): höchstens 32; Zweite Quelle, Sein Port: wird gebraucht; of_next_year: wird gebraucht.",
  );
});

test("of two sources a fault says in which it is, also where it is of several fields together", () => {
  const faults = [{ at: "source.host", text: BELOW }, { at: "fallback.host", text: BELOW }, { at: "fallback", text: BELOW }];
  const two = new Refusal(422, "", "For scripts.", undefined, faults, 0);
  const below = BELOW.en;
  assert.equal(said(two, true), `First source, Address: ${below}; Second source, Address: ${below}; Second source: ${below}.`);
  assert.equal(refused(422, { faults: [{ at: "source.host", text: BELOW }] }), `Address: ${below}.`);
});

test("a fault of several fields together names them itself", () => {
  const text = { en: "the lowest current must not be above the highest", de: "der kleinste Strom darf nicht über dem größten liegen" };
  assert.equal(refused(422, { faults: [{ at: "policy", text }] }), "The lowest current must not be above the highest.");
});

test("a refusal is read whole from the answer", async (context) => {
  const body = { type: "urn:sunpilot:slow-down", detail: "For scripts.", text: CLASH, errors: [{ at: "name", text: BELOW }] };
  context.mock.method(globalThis, "fetch", async () => new Response(JSON.stringify(body), { status: 429, headers: { "Retry-After": "7" } }));
  await assert.rejects(request("GET", "keys"), (error: Refusal) => {
    assert.deepEqual([error.status, error.kind, error.message, error.text, error.retry_after_s], [429, "slow-down", "For scripts.", CLASH, 7]);
    assert.deepEqual(error.faults, body.errors);
    return true;
  });
});
