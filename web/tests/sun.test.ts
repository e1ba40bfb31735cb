import assert from "node:assert/strict";
import { test } from "node:test";
import type { Inverter, Reading, Role, SourceState } from "../src/contract";
import { isUnknown, sunOf, type Told } from "../src/now/sun";

function told(role: Role, pv_w: number | null, more: { kind?: string; outcome?: string; age_s?: number | null } = {}): Told {
  const { kind = "solaredge-modbus", outcome = "ok", age_s = 5 } = more;
  const state = { outcome } as SourceState;
  return { inverter: { role, source: { kind, has_token: false } } as unknown as Inverter, reading: { pv_w } as Reading, state, age_s };
}

const ROOF = told("grid", 2700);
const METER = told("grid", null, { kind: "mqtt-meter" });
const GARAGE = told("pv", 1300);

test("the sun of all inverters adds up", () => {
  assert.deepEqual(sunOf([ROOF, GARAGE]), { watts: 4000, isPart: false });
});

test("a further inverter that is not known makes it at least so much", () => {
  const unknown = [
    told("pv", null), told("pv", 900, { outcome: "network" }), told("pv", 900, { outcome: "silent" }), told("pv", 900, { age_s: 3700 }),
    { ...GARAGE, reading: null, state: null, age_s: null },
  ];
  for (const one of unknown) {
    assert.deepEqual(sunOf([ROOF, one]), { watts: 2700, isPart: true });
    assert.equal(isUnknown(one), true);
  }
});

test("a cloud's value counts as long as it is not asked again by day", () => {
  assert.deepEqual(sunOf([ROOF, told("pv", 900, { age_s: 2800 })]), { watts: 3600, isPart: false });
});

test("a cloud that is not asked until sunrise has its roof in the dark", () => {
  const evening = { pv_w: 90, battery_w: null, received_at: "2026-06-21T19:00:00Z" } as Reading;
  const state = { outcome: "ok", next_fetch_at: "2026-06-22T03:15:00Z", calls_left: 900 } as SourceState;
  const dark: Told = { ...told("pv", 90, { age_s: 10_800 }), reading: evening, state };
  assert.deepEqual(sunOf([told("grid", 0), dark]), { watts: 0, isPart: false });
  assert.deepEqual(sunOf([METER, dark]), { watts: 0, isPart: false });
  const others: Partial<Told>[] = [
    { state: { ...state, calls_left: 0 } }, // it may not be asked, for all that the sun does
    { state: { ...state, outcome: "network" } },
    { state: { ...state, next_fetch_at: "2026-06-21T19:30:00Z" } }, // it should have been asked
    { state: { ...state, next_fetch_at: null } },
    { reading: { ...evening, battery_w: -400 } }, // and what its battery gives is not known
  ];
  for (const other of others) assert.deepEqual(sunOf([told("grid", 0), { ...dark, ...other }]), { watts: 0, isPart: true });
});

test("a meter at the connection alone has no sun that could be missing", () => {
  assert.deepEqual(sunOf([METER, GARAGE]), { watts: 1300, isPart: false });
  assert.deepEqual(sunOf([METER, told("pv", null)]), { watts: null, isPart: false });
  assert.deepEqual(sunOf([METER, GARAGE, told("pv", null)]), { watts: 1300, isPart: true });
});

test("the inverter at the connection may lack its own sun", () => {
  assert.deepEqual(sunOf([told("grid", null), GARAGE]), { watts: 1300, isPart: true });
});

test("a single inverter is taken at its last word, whose age is told", () => {
  assert.deepEqual(sunOf([told("grid", 2700, { outcome: "network", age_s: 9000 })]), { watts: 2700, isPart: false });
  assert.deepEqual(sunOf([METER]), { watts: null, isPart: false });
  assert.deepEqual(sunOf([]), { watts: null, isPart: false });
});
