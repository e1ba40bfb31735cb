import assert from "node:assert/strict";
import { test } from "node:test";
import { date, dayAt, duration, energy, filled, money, percent, power, unbroken } from "../src/figure";
import { choose } from "../src/words";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test("unknown is a dash, and never zero", () => {
  assert.deepEqual([power(null), energy(null), percent(undefined)], ["–", "–", "–"]);
  assert.equal(plain(power(0)), "0 W");
});

test("powers below a kilowatt are in watt", () => {
  assert.deepEqual([999, 1000, -1234].map(power).map(plain), ["999 W", "1.0 kW", "-1.2 kW"]);
});

test("numbers follow the language", () => {
  choose("de");
  assert.equal(plain(power(4250)), "4,3 kW");
  choose("en");
  assert.equal(plain(power(4250)), "4.3 kW");
});

test("spans are said in one or two units", () => {
  assert.deepEqual([0, 89, 90, 5399, 7200, 7260].map(duration).map(plain), ["0 s", "89 s", "2 min", "1 h 30 min", "2 h", "2 h 1 min"]);
});

test("a day begins at the midnight of its own time zone", () => {
  assert.equal(dayAt("2026-06-20T22:00:00Z", "Europe/Berlin"), "2026-06-21");
  assert.equal(dayAt("2026-06-20T21:59:59Z", "Europe/Berlin"), "2026-06-20");
});

test("no number is parted from its unit", () => {
  assert.equal(unbroken("Charging at 12 A, 2.8 kW"), "Charging at 12\u00a0A, 2.8\u00a0kW");
});

test("places without a value are left empty", () => {
  assert.equal(filled("{a} and {b}", { a: "one" }), "one and ");
});

test("money is written as its language writes its currency", () => {
  assert.equal(money(1234.5, "EUR"), "€1,234.50");
  assert.equal(plain(money(-0.5, "CHF")), "-CHF 0.50");
  choose("de");
  assert.equal(plain(money(1234.5, "EUR")), "1.234,50 €");
  choose("en");
});

test("an amount in no house's currency is a number, and an unknown one a dash", () => {
  assert.deepEqual([money(1.5, undefined), money(null, "EUR")], ["1.50", "–"]);
});

test("a day of another year names the year", () => {
  const year = new Date().getFullYear();
  choose("en");
  assert.match(date("2019-06-21"), /2019/);
  assert.doesNotMatch(date(`${year}-06-21`), new RegExp(String(year)));
});
