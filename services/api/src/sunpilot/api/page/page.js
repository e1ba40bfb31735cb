// The live page: keeps what the api says by path, and shows it.

import * as clock from "./clock.js";
import { askForKey, call, follow } from "./connection.js";
import { element, write } from "./element.js";
import { makeHouse } from "./house.js";
import { makeWattpilot } from "./wattpilot.js";
import { language, timeOfDay, words } from "./words.js";

const EXAMPLE = `curl -X POST ${location.origin}/api/v1/inverters \\
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '{"name": "Roof", "wattpilot_id": 1, "source":
       {"kind": "solaredge-modbus", "host": "192.168.1.60"}}'`;

const MARKS = { ok: "ok", standby: "ok", waiting: "waits", silent: "away", offline: "away" };

const place = (id) => document.getElementById(id);
let values = {}; // by path, as the api's live stream gives them
let entities = { inverters: [], houses: [], wattpilots: [] };
const houses = new Map();
const wattpilots = new Map();
let drawingIsDue = false;

/** Draw soon, once, however many messages come. */
function draw() {
  if (drawingIsDue) return;
  drawingIsDue = true;
  requestAnimationFrame(() => {
    drawingIsDue = false;
    show();
  });
}

function cardOf(cards, id, make) {
  if (!cards.has(id)) cards.set(id, make(id));
  return cards.get(id);
}

/** Take the cards away whose entity is gone. */
function prune(cards, ids) {
  for (const [id, card] of cards) {
    if (!ids.includes(id)) {
      card.node.remove();
      cards.delete(id);
    }
  }
}

function stateOf(wattpilot, timeZone) {
  const said = (leaf) => values[`wattpilot/${wattpilot.id}/${leaf}`];
  return { wattpilot, status: said("status"), decision: said("decision"), mode: said("mode"), override: said("override"), timeZone };
}

function showWattpilot(wattpilot, into, timeZone) {
  const card = cardOf(wattpilots, wattpilot.id, makeWattpilot);
  if (card.node.parentElement !== into) into.append(card.node);
  card.update(stateOf(wattpilot, timeZone));
}

function show() {
  prune(houses, entities.houses.map((house) => house.id));
  prune(wattpilots, entities.wattpilots.map((wattpilot) => wattpilot.id));
  const loose = new Set(entities.wattpilots);
  for (const house of entities.houses) {
    const inverters = entities.inverters.filter((inverter) => inverter.house_id === house.id).map((inverter) => ({
      ...inverter,
      reading: values[`inverter/${inverter.id}/reading`],
      source_state: values[`inverter/${inverter.id}/source`],
    }));
    const own = entities.wattpilots.filter((one) => inverters.some((inverter) => inverter.wattpilot_id === one.id));
    const card = cardOf(houses, house.id, makeHouse);
    if (!card.node.isConnected) place("houses").append(card.node);
    card.update({ house, inverters, wattpilots: own.map((one) => stateOf(one, house.time_zone)) });
    for (const wattpilot of own) {
      loose.delete(wattpilot);
      showWattpilot(wattpilot, card.wattpilots, house.time_zone);
    }
  }
  showLoose([...loose]);
  showServices();
  showClock();
}

function showLoose(loose) {
  const section = place("loose");
  section.hidden = loose.length === 0;
  if (!section.firstChild) {
    section.append(element("h2", {}, words.looseTitle), element("p", {}, `${words.looseText} PATCH /api/v1/inverters/… {"wattpilot_id": …}`),
      element("div", { class: "wattpilots" }));
  }
  for (const wattpilot of loose) showWattpilot(wattpilot, section.lastChild);
}

function showServices() {
  const section = place("services");
  write(section.querySelector("h2"), words.services);
  const services = Object.entries(values).filter(([path]) => path.startsWith("service/")).sort();
  section.hidden = services.length === 0;
  const lines = services.map(([path, state]) => {
    const [, name, instance] = path.split("/");
    const mark = MARKS[state.standing];
    const text = state.standing === "waiting" ? `${words.waitsFor} ${state.waits_for.join("; ")}` : words.standings[state.standing];
    return { mark, name, instance, text };
  });
  const list = section.querySelector("ul");
  const fingerprint = JSON.stringify(lines);
  if (list.dataset.shows === fingerprint) return;
  list.dataset.shows = fingerprint;
  list.replaceChildren(...lines.map(({ mark, name, instance, text }) =>
    element("li", { "data-state": mark }, element("strong", {}, name), " ", element("small", {}, instance), " ", element("span", {}, text))));
}

function showClock() {
  const now = clock.now();
  if (now !== null) write(place("clock"), timeOfDay(now, entities.houses[0]?.time_zone));
}

function showNextSteps() {
  const section = place("next");
  section.hidden = entities.inverters.length > 0;
  if (section.hidden || section.firstChild) return;
  section.append(
    element("h2", {}, words.next.title),
    element("ol", {}, element("li", {}, words.next.inverter, element("pre", { tabindex: 0 }, element("code", {}, EXAMPLE))), element("li", {}, words.next.wattpilot)),
    element("p", {}, words.next.more, element("a", { href: "/docs" }, "/docs")));
}

async function readEntities() {
  try {
    const [inverters, found, known] = await Promise.all(["inverters", "houses", "wattpilots"].map((kind) => call("GET", kind)));
    entities = { inverters, houses: found, wattpilots: known };
    notice("");
    showNextSteps();
  } catch (error) {
    notice(error.message);
    setTimeout(readEntities, 5000);
  }
  place("main").removeAttribute("aria-busy");
  draw();
}

function notice(text, button) {
  const line = place("notice");
  line.hidden = !text;
  line.replaceChildren(text, ...(button ? [" ", button] : []));
}

async function unlock() {
  if (await askForKey(words.keyNeeded)) dispatchEvent(new Event("key-given"));
  else notice(words.keyNeeded, element("button", { type: "button", onclick: unlock }, words.open));
}

function onEvent(name, data) {
  if (name === "snapshot") {
    values = data;
    for (const value of Object.values(values)) if (value?.at) clock.hear(value.at);
    readEntities();
  } else if (data.path === "config") {
    readEntities();
  } else if (data.value === null) {
    delete values[data.path];
  } else {
    values[data.path] = data.value;
    if (data.path.endsWith("/decision")) clock.hear(data.value.at);
  }
  draw();
}

function onConnection(state) {
  const line = place("connection");
  if (line.dataset.state === state) return;
  line.dataset.state = state;
  document.body.classList.toggle("is-stale", state !== "connected");
  write(line, state === "connected" ? words.connected : state === "locked" ? words.key : words.disconnected);
  if (state === "locked") unlock();
}

document.documentElement.lang = language;
write(place("connection"), words.connecting);
setInterval(draw, 1000); // countdowns and ages
follow(onEvent, onConnection);
