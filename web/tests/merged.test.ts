import assert from "node:assert/strict";
import { test } from "node:test";
import { merged } from "../src/setup/merged";

const STORED = {
  kind: "mqtt-meter",
  grid: { topic: "house/grid", path: null, scale: 1000, invert: true },
  broker: { host: "10.0.0.9", port: 8883, tls: true, username: "meter" },
  phases: [{ topic: "a" }, { topic: "b" }],
};

test("a change of one setting in a group leaves its others as they are stored", () => {
  assert.deepEqual(merged(STORED, { grid: { topic: "other/grid" }, broker: { port: 8884 } }), {
    ...STORED,
    grid: { topic: "other/grid", path: null, scale: 1000, invert: true },
    broker: { host: "10.0.0.9", port: 8884, tls: true, username: "meter" },
  });
});

test("a group that is none any more is none, and one that was none is the new one", () => {
  assert.deepEqual(merged(STORED, { broker: null })["broker"], null);
  assert.deepEqual(merged({ pv: null }, { pv: { topic: "house/pv" } }), { pv: { topic: "house/pv" } });
});

test("a list is one value, and not changed item by item", () => {
  assert.deepEqual(merged(STORED, { phases: [{ topic: "c" }] })["phases"], [{ topic: "c" }]);
});

test("what is stored is not touched", () => {
  merged(STORED, { grid: { scale: 1 } });
  assert.equal(STORED.grid.scale, 1000);
});
