import assert from "node:assert/strict";
import { test } from "node:test";
import { RemoteClock } from "../src/remote_clock";

const NOON = Date.parse("2026-06-21T12:00:00Z");
const MINUTE_MS = 60_000;

test("the time is unknown before one was heard, and runs on from it as ours does", () => {
  const clock = new RemoteClock();
  assert.equal(clock.at(0), null);
  clock.hear(NOON, 1000, NOON);
  assert.equal(clock.at(4000), NOON + 3000);
});

test("a clock that is far from ours and runs thirty times as fast is followed between its messages", () => {
  const clock = new RemoteClock();
  clock.hear(NOON, 0, 0);
  clock.hear(NOON + 30_000, 1000, 1000);
  assert.equal(clock.at(2000), NOON + 60_000);
});

test("near our own time nothing runs faster, though the first message waited on its way", () => {
  const clock = new RemoteClock();
  clock.hear(NOON - 20_000, 0, NOON);
  clock.hear(NOON + 1000, 1000, NOON + 1000);
  assert.equal(clock.at(2000), NOON + 2000);
});

test("of what was missed and comes at once, the newest time counts", () => {
  const clock = new RemoteClock();
  clock.hear(NOON - 60 * MINUTE_MS, 0, NOON - 60 * MINUTE_MS);
  for (const ago of [50, 20, 1, 0]) clock.hear(NOON - ago * MINUTE_MS, 10_000 - ago, NOON);
  assert.equal(clock.at(10_000), NOON);
});

test("a late message does not set the clock back, one that was set does", () => {
  const clock = new RemoteClock();
  clock.hear(NOON, 0, NOON);
  clock.hear(NOON - 5000, 1000, NOON);
  assert.equal(clock.at(1000), NOON + 1000);
  clock.hear(NOON - 2 * MINUTE_MS, 2000, NOON);
  assert.equal(clock.at(2000), NOON - 2 * MINUTE_MS);
});

test("what is no time tells nothing", () => {
  const clock = new RemoteClock();
  clock.hear(Number.NaN, 0, NOON);
  assert.equal(clock.at(0), null);
});
