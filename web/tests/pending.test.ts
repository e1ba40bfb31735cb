import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision, Override } from "../src/contract";
import { isPending } from "../src/now/pending";

const FULL: Override = { kind: "full", amps: null, set_at: "2026-06-21T10:00:00Z", ends_at: "2026-06-21T11:00:00Z", ends_on_unplug: false };
const NOTHING = { mode: "sun", override: null, deadline: null };

function decision(at: string, override: string | null): Decision {
  return {
    at, reason: "waiting_for_sun", text: { en: "", de: "" }, mode: "sun", override, forecast: null, stages: [],
    inputs: { own_w: null, surplus_w: null },
  };
}

test("an order is pending until a decision is made by it", () => {
  const orders = { ...NOTHING, override: FULL };
  assert.equal(isPending(decision("2026-06-21T09:59:00Z", null), orders), true);
  assert.equal(isPending(decision("2026-06-21T10:00:01Z", "full"), orders), false);
});

test("the same order with another end is pending too", () => {
  assert.equal(isPending(decision("2026-06-21T09:59:00Z", "full"), { ...NOTHING, override: FULL }), true);
});

test("an order that was taken back is pending as long as the newest decision obeys it", () => {
  assert.equal(isPending(decision("2026-06-21T10:00:01Z", "full"), NOTHING), true);
  assert.equal(isPending(decision("2026-06-21T10:00:01Z", null), NOTHING), false);
});

test("another mode and a new deadline are pending", () => {
  const made = decision("2026-06-21T10:00:00Z", null);
  assert.equal(isPending(made, { ...NOTHING, mode: "off" }), true);
  const deadline = { energy_kwh: 20, at: "2026-06-22T05:00:00Z", set_at: "2026-06-21T10:00:05Z" };
  assert.equal(isPending(made, { ...NOTHING, deadline }), true);
  assert.equal(isPending(made, { ...NOTHING, deadline: { ...deadline, set_at: "2026-06-21T09:00:00Z" } }), false);
});

test("without any decision, what is ordered is pending", () => {
  assert.equal(isPending(null, NOTHING), false);
  assert.equal(isPending(null, { ...NOTHING, override: FULL }), true);
});
