import assert from "node:assert/strict";
import { test } from "node:test";
import { coveredShare, longestFirst, sunShare, type Session } from "../src/history/session";
import { language, reasonWords } from "../src/words";

const SESSION = { energy_wh: 12_000, sun_wh: 6000, grid_wh: 2000 } as Session;

test("the share of sun is one of what readings covered", () => {
  assert.equal(sunShare(SESSION), 0.75);
});

test("without a reading, or without energy, there is no share", () => {
  assert.equal(sunShare({ ...SESSION, sun_wh: null, grid_wh: null }), null);
  assert.equal(sunShare({ ...SESSION, sun_wh: 0, grid_wh: 0 }), null);
});

test("readings cover a part of the time plugged in, and never more than all of it", () => {
  assert.equal(coveredShare({ ...SESSION, covered_s: 900, plugged_s: 3600 }), 0.25);
  assert.equal(coveredShare({ ...SESSION, covered_s: 3605, plugged_s: 3600 }), 1);
  assert.equal(coveredShare({ ...SESSION, covered_s: 0, plugged_s: 0 }), null);
});

test("reasons come the longest first, and without those that held for no second", () => {
  const reasons_s = { resting: 300, stopped: 0.4, waiting_for_sun: 900, following_sun: 899.5 };
  assert.deepEqual(longestFirst({ ...SESSION, reasons_s }), [["waiting_for_sun", 900], ["following_sun", 899.5], ["resting", 300]]);
});

test("a reason is said in the page's language, and by its code where a newer Sunpilot has one more", () => {
  assert.equal(reasonWords("following_sun"), "Follows the sun");
  language.value = "de";
  assert.equal(reasonWords("following_sun"), "Folgt der Sonne");
  assert.equal(reasonWords("of_next_year"), "of_next_year");
  language.value = "en";
});
