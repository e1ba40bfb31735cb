import assert from "node:assert/strict";
import { test } from "node:test";
import { sunShare, type Session } from "../src/history/session";

const SESSION = { energy_wh: 12_000, sun_wh: 6000, grid_wh: 2000 } as Session;

test("the share of sun is one of what readings covered", () => {
  assert.equal(sunShare(SESSION), 0.75);
});

test("without a reading, or without energy, there is no share", () => {
  assert.equal(sunShare({ ...SESSION, sun_wh: null, grid_wh: null }), null);
  assert.equal(sunShare({ ...SESSION, sun_wh: 0, grid_wh: 0 }), null);
});
