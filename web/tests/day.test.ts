import assert from "node:assert/strict";
import { test } from "node:test";
import type { Day } from "../src/contract";
import { carShare, dayOf, ownShare, total } from "../src/history/day";

const DAY: Day = { day: "2026-06-21", pv_wh: 20_000, import_wh: 2000, export_wh: 5000, car_wh: 10_000, car_sun_wh: 8000 };

test("what was not sold of the sun was used in the house", () => {
  assert.equal(ownShare(DAY), 0.75);
});

test("a share of nothing is unknown, not zero", () => {
  assert.equal(ownShare({ ...DAY, pv_wh: 0 }), null);
  assert.equal(ownShare({ ...DAY, pv_wh: null }), null);
  assert.equal(carShare({ ...DAY, car_wh: 0, car_sun_wh: 0 }), null);
  assert.equal(carShare({ ...DAY, car_wh: null, car_sun_wh: null }), null);
});

test("a battery that is sold from does not make the house's share negative", () => {
  assert.equal(ownShare({ ...DAY, export_wh: 25_000 }), 0);
});

test("days add up, and what is unknown stays unknown only where it always was", () => {
  const dark = { ...DAY, pv_wh: null };
  assert.equal(total([DAY, dark]).pv_wh, 20_000);
  assert.equal(total([dark, dark]).pv_wh, null);
  assert.equal(total([DAY, DAY]).import_wh, 4000);
  const unseen = { ...DAY, car_wh: null, car_sun_wh: null };
  assert.equal(total([DAY, unseen]).car_wh, 10_000);
  assert.equal(total([unseen, unseen]).car_sun_wh, null);
  assert.equal(carShare(total([DAY, { ...DAY, car_sun_wh: 2000 }])), 0.5);
});

test("the last day that was kept is not today's as long as today has none", () => {
  assert.equal(dayOf([DAY], "2026-06-22"), undefined);
  assert.equal(dayOf([DAY], null), undefined);
  assert.equal(dayOf([{ ...DAY, day: "2026-06-20" }, DAY], "2026-06-21"), DAY);
});
