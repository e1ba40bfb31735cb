import assert from "node:assert/strict";
import { test } from "node:test";
import type { Day } from "../src/contract";
import { carShare, dayOf, isPart, own_wh, ownShare, total } from "../src/history/day";
import { own, sun } from "../src/history/sun";

const DAY: Day = {
  day: "2026-06-21", measured_s: 86_400, pv_measured_s: 86_400, pv_wh: 20_000, pv_export_wh: 5000, import_wh: 2000, export_wh: 5000,
  car_wh: 10_000, car_sun_wh: 8000,
};
/** From noon on, the sun of one inverter was not known, and 4 kWh more were sold. */
const HALF: Day = { ...DAY, pv_measured_s: 43_200, pv_wh: 10_000, pv_export_wh: 5000, export_wh: 9000 };
const OLDER: Day = { ...DAY, pv_measured_s: null, pv_export_wh: null };

test("what was not sold of the sun was used in the house", () => {
  assert.equal(ownShare([DAY]), 0.75);
  assert.equal(own_wh(DAY), 15_000);
});

test("a share of nothing is unknown, not zero", () => {
  assert.equal(ownShare([{ ...DAY, pv_wh: 0 }]), null);
  assert.equal(ownShare([{ ...DAY, pv_wh: null }]), null);
  assert.equal(carShare({ ...DAY, car_wh: 0, car_sun_wh: 0 }), null);
  assert.equal(carShare({ ...DAY, car_wh: null, car_sun_wh: null }), null);
});

test("a battery that is sold from does not make the house's share negative", () => {
  assert.equal(ownShare([{ ...DAY, pv_export_wh: 25_000 }]), 0);
});

test("a share is of the time in which all of the sun was known, and a day of an older version has none", () => {
  assert.equal(ownShare([HALF]), 0.5);
  assert.equal(ownShare([OLDER]), null);
  assert.equal(ownShare([DAY, HALF, OLDER]), 20 / 30);
});

test("sun that was not all known has a sign, alone and in a sum", () => {
  assert.equal(sun([DAY]), "20.0\u00a0kWh");
  assert.equal(sun([HALF]), "≥\u00a010.0\u00a0kWh");
  assert.equal(own([HALF]), "≈\u00a050\u00a0%");
  assert.equal(sun([DAY, HALF]), "≥\u00a030.0\u00a0kWh");
  assert.equal(sun([DAY, { ...DAY, pv_measured_s: 0, pv_wh: null, pv_export_wh: 0 }]), "≥\u00a020.0\u00a0kWh");
  assert.equal(isPart(OLDER), true);
  assert.equal(isPart({ ...DAY, pv_measured_s: 86_390 }), false);
  assert.equal(sun([]), "–");
  assert.equal(own([]), "–");
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
