import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision } from "../src/contract";
import { counted, span } from "../src/now/countdown";

const AT = "2026-06-21T10:00:00Z";

function decision(en: string, countdowns: Record<string, number>): Decision {
  return {
    at: AT, reason: "starting_soon", text: { en, de: en }, mode: "sun", override: null, forecast: null, stages: [], countdowns,
    inputs: { own_w: null, surplus_w: null },
  };
}

const after = (seconds: number) => Date.parse(AT) + seconds * 1000;

test("a countdown runs on inside its sentence", () => {
  const soon = decision("2.4 kW surplus: starting in 34 s.", { starting_soon: 34 });
  assert.equal(counted(soon, "en", after(10)), "2.4 kW surplus: starting in 24 s.");
});

test("a countdown does not run below zero, and not before the decision", () => {
  const soon = decision("Starting in 34 s.", { starting_soon: 34 });
  assert.equal(counted(soon, "en", after(60)), "Starting in 0 s.");
  assert.equal(counted(soon, "en", after(-5)), "Starting in 34 s.");
});

test("a number that only ends like the countdown is left alone", () => {
  const soon = decision("After 134 s of sun: starting in 34 s.", { starting_soon: 34 });
  assert.equal(counted(soon, "en", after(4)), "After 134 s of sun: starting in 30 s.");
});

test("a sentence stays as it was said while the time is unknown, or nothing is counted", () => {
  assert.equal(counted(decision("Starting in 34 s.", { starting_soon: 34 }), "en", null), "Starting in 34 s.");
  assert.equal(counted(decision("No car is connected.", {}), "en", after(9)), "No car is connected.");
});

test("spans are written as the controller writes them", () => {
  assert.deepEqual([99, 100, 5940, 6000, 7260].map(span), ["99 s", "2 min", "99 min", "1 h 40 min", "2 h 1 min"]);
});
