// A house: the flow of power between sun, grid, home and car, and where its readings come from.

import { call } from "./connection.js";
import * as clock from "./clock.js";
import { drawing, element, write } from "./element.js";
import { duration, language, power, words } from "./words.js";

const IDLE_W = 20; // below this, nothing worth showing flows

const NODES = {
  sun: { x: 180, y: 52, icon: "M0-4.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M0-9.5v2M0 7.5v2M-9.5 0h2M7.5 0h2M-6.7-6.7l1.4 1.4M5.3 5.3l1.4 1.4M-6.7 6.7l1.4-1.4M5.3-5.3l1.4-1.4" },
  grid: { x: 58, y: 150, icon: "M-6 9 0-9 6 9M-7-3.5H7M-4 3H4M-8.5-3.5v2.2M8.5-3.5v2.2" },
  home: { x: 302, y: 150, icon: "M-9 0 0-8 9 0M-6.5-2V8h13V-2M-2 8V2.500h4V8" },
  car: { x: 180, y: 248, icon: "M-9 5V0l2.500-1L-4.500-6h9l2 5L9 0v5zM-9 0H9M-5.500 5.200a1.800 1.800 0 1 0 .1 0M5.500 5.200a1.800 1.800 0 1 0 .1 0" },
};
const HUB = { x: 180, y: 150 };
const RADIUS = 44;

function makeNode(name) {
  const { x, y, icon } = NODES[name];
  const value = drawing("text", { class: "value", y: 14 });
  const label = drawing("text", { class: "label", y: 29 });
  label.textContent = words[name];
  const node = drawing("g", { class: `node ${name}`, transform: `translate(${x} ${y})` },
    drawing("circle", { r: RADIUS }), drawing("path", { d: icon, transform: "translate(0 -16)" }), value, label);
  return { node, value, label };
}

function makeLine(name) {
  const { x, y } = NODES[name];
  const length = Math.hypot(HUB.x - x, HUB.y - y);
  const along = (from, to) => from + ((to - from) * RADIUS) / length;
  const d = `M${along(x, HUB.x)} ${along(y, HUB.y)}L${HUB.x} ${HUB.y}`;
  return drawing("path", { class: `line ${name}`, d });
}

/** The powers of a house now. The home's own share is its load without the charger, both at the reading's time. */
function powers(state) {
  const readings = state.inverters.map((inverter) => inverter.reading).filter(Boolean);
  const reading = state.inverters.find((inverter) => inverter.role === "grid")?.reading ?? null;
  const known = readings.map((one) => one.pv_w).filter((watts) => watts != null);
  const sum = (values) => (values.length ? values.reduce((total, value) => total + value, 0) : null);
  const car = sum(state.wattpilots.map((one) => one.status?.power_w).filter((watts) => watts != null));
  const own = sum(state.wattpilots.map((one) => one.decision?.inputs.own_w).filter((watts) => watts != null)) ?? car ?? 0;
  const home = reading?.load_w == null ? null : Math.max(0, reading.load_w - own);
  return { sun: sum(known), grid: reading?.grid_w ?? null, home, car, reading };
}

export function makeHouse() {
  const nodes = Object.fromEntries(Object.keys(NODES).map((name) => [name, makeNode(name)]));
  const lines = Object.fromEntries(Object.keys(NODES).map((name) => [name, makeLine(name)]));
  const caption = drawing("title");
  const flow = drawing("svg", { class: "flow", viewBox: "0 0 360 300", role: "img" }, caption,
    ...Object.values(lines), drawing("circle", { class: "hub", cx: HUB.x, cy: HUB.y, r: 5 }),
    ...Object.values(nodes).map(({ node }) => node));
  const name = element("h2");
  const source = element("p", { class: "source" });
  const wattpilots = element("div", { class: "wattpilots" });
  let gridInverter = null;
  const measure = element("button", {
    type: "button",
    onclick: async () => {
      try {
        await call("POST", `inverters/${gridInverter}/fetch`);
      } catch (error) {
        write(source, `${words.failed} ${error.message}`);
      }
    },
  }, words.measureNow);
  let asking = null; // the source that waits for a person's consent
  const consent = element("button", {
    type: "button",
    class: "primary",
    onclick: async () => {
      try {
        const back = `${location.origin}/oauth/solaredge`;
        const page = await call("POST", `inverters/${asking.inverter}/consent`, { source: asking.source, redirect_uri: back });
        location.assign(page.url);
      } catch (error) {
        write(source, `${words.failed} ${error.message}`);
      }
    },
  }, words.consent);
  const node = element("section", { class: "house" },
    element("div", { class: "card" }, name, flow, element("div", { class: "row" }, source, consent, measure)), wattpilots);

  function update(state) {
    write(name, state.house.name);
    gridInverter = state.inverters.find((inverter) => inverter.role === "grid")?.id ?? null;
    measure.disabled = gridInverter === null;
    asking = waitingForConsent(state.inverters);
    consent.hidden = asking === null;
    const now = powers(state);
    for (const part of Object.keys(NODES)) {
      const watts = now[part];
      write(nodes[part].value, power(part === "grid" && watts != null ? Math.abs(watts) : watts));
      // Towards the hub: the sun always, the grid on import.
      const inwards = part === "sun" || (part === "grid" && watts > 0);
      lines[part].dataset.flow = watts == null || Math.abs(watts) < IDLE_W ? "none" : inwards ? "in" : "out";
    }
    const direction = now.grid == null || Math.abs(now.grid) < IDLE_W ? words.grid : now.grid > 0 ? words.import : words.feedIn;
    write(nodes.grid.label, direction);
    nodes.grid.node.dataset.direction = now.grid > 0 ? "import" : "export";
    write(caption, Object.keys(NODES).map((part) => `${nodes[part].label.textContent} ${nodes[part].value.textContent}`).join(", "));
    write(source, sourceText(state, now.reading));
  }
  return { node, wattpilots, update };
}

/** The first source that SolarEdge lets nobody read without a consent. */
function waitingForConsent(inverters) {
  for (const { id, source_state: state, ...sources } of inverters) {
    const source = state?.is_fallback ? "fallback" : "source";
    if (state?.outcome === "auth" && sources[source]?.access === "oauth") return { inverter: id, source };
  }
  return null;
}

function sourceText(state, reading) {
  const troubled = state.inverters.map((inverter) => inverter.source_state).find((source) => source && !["ok", "unchanged"].includes(source.outcome));
  if (troubled) return troubled.text[language];
  if (!reading) return words.noReading;
  const since = clock.secondsUntil(reading.measured_at ?? reading.received_at);
  const age = since === null ? "" : ` ${duration(-since)} ${words.ago}`;
  return `${state.inverters.find((inverter) => inverter.role === "grid").name}:${age}`;
}
