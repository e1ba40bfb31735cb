// A Wattpilot: what it does and why, its mode, and a person's orders.

import { call } from "./connection.js";
import * as clock from "./clock.js";
import { element, write } from "./element.js";
import { amps, duration, energy, filled, language, plain, power, timeOfDay, unbroken, words } from "./words.js";

const HOURS = [0.5, 1, 2, 4, 8];
const LEAST_A = 6;
const MOST_A = 32;

function currentInput(value, attributes) {
  return element("input", { type: "number", min: LEAST_A, max: MOST_A, step: 1, value, inputmode: "numeric", ...attributes });
}

function figure(label) {
  const value = element("dd");
  return { node: element("div", {}, element("dt", {}, label), value), value };
}

export function makeWattpilot(id) {
  const trouble = element("p", { class: "trouble", role: "alert", hidden: true });

  async function order(method, path, body) {
    trouble.hidden = true;
    try {
      await call(method, `wattpilots/${id}${path}`, body);
    } catch (error) {
      write(trouble, `${words.failed} ${error.message}`);
      trouble.hidden = false;
    }
  }

  const name = element("h3");
  const badge = element("span", { class: "badge" });
  const sentence = element("p", { class: "sentence", "aria-live": "polite" });
  const stages = Object.fromEntries(Object.entries(words.stageNames).map(([stage, text]) => [stage, element("li", {}, text)]));
  const figures = {
    power: figure(words.power),
    offered: figure(words.offered),
    phases: figure(words.phases),
    surplus: figure(words.surplus),
    energy: figure(words.energy),
  };

  const fixed = currentInput(LEAST_A, {
    "aria-label": words.fixedA,
    onchange: () => fixed.reportValidity() && order("PATCH", "", { fixed_a: fixed.valueAsNumber }),
  });
  const modes = Object.fromEntries(Object.entries(words.modes).map(([mode, text]) => {
    const input = element("input", { type: "radio", name: `mode-${id}`, value: mode, onchange: () => order("PATCH", "", { mode }) });
    return [mode, { input, label: element("label", {}, input, element("span", {}, text)) }];
  }));

  const current = currentInput(10, { "aria-label": words.amps });
  const howLong = element("select", { "aria-label": words.duration },
    element("option", { value: "" }, words.unplug), ...HOURS.map((hours) => element("option", { value: hours * 3600 }, duration(hours * 3600))));
  const override = (kind) => element("button", {
    type: "button",
    onclick: () => {
      if (kind === "fixed" && !current.reportValidity()) return;
      order("PUT", "/override", {
        kind,
        ...(kind === "fixed" && { amps: current.valueAsNumber }),
        ...(howLong.value && { seconds: Number(howLong.value) }),
      });
    },
  }, words.overrides[kind]);
  const held = element("span");
  const holding = element("p", { class: "held" }, held,
    element("button", { type: "button", onclick: () => order("DELETE", "/override") }, words.clear));

  const node = element("article", { class: "card wattpilot" },
    element("div", { class: "row title" }, name, badge),
    sentence,
    element("ol", { class: "stages", "aria-label": words.stages }, ...Object.values(stages)),
    element("dl", {}, ...Object.values(figures).map((one) => one.node)),
    element("fieldset", {}, element("legend", {}, words.mode),
      element("div", { class: "modes" }, ...Object.values(modes).map((one) => one.label)),
      element("label", { class: "fixed" }, `${words.fixedA} `, fixed, " A")),
    element("fieldset", {}, element("legend", {}, words.orders),
      element("div", { class: "orders" }, howLong, override("full"), override("off"),
        element("span", { class: "pair" }, override("fixed"), current, " A")),
      holding),
    trouble);

  function update({ wattpilot, status, decision, mode, override: hold, timeZone }) {
    write(name, wattpilot.name);
    const isOnline = status?.link === "online";
    write(badge, isOnline ? words.cars[status.car] ?? words.links.online : words.links[status?.link] ?? words.away);
    badge.dataset.state = !isOnline ? "away" : status.car === "charging" ? "charging" : "idle";
    write(sentence, unbroken(decision?.text[language] ?? words.noDecision));
    for (const stage of decision?.stages ?? []) {
      if (stage.live) stages[stage.name]?.setAttribute("aria-current", "step");
      else stages[stage.name]?.removeAttribute("aria-current");
    }
    write(figures.power.value, power(status?.power_w));
    write(figures.offered.value, amps(status?.offered_a));
    write(figures.phases.value, plain(status?.phases));
    write(figures.surplus.value, power(decision?.inputs.surplus_w));
    write(figures.energy.value, energy(status?.energy_wh));
    modes[mode ?? wattpilot.mode].input.checked = true;
    node.classList.toggle("is-fixed", (mode ?? wattpilot.mode) === "fixed");
    if (document.activeElement !== fixed) fixed.value = wattpilot.fixed_a;
    const left = hold ? clock.secondsUntil(hold.ends_at) : null;
    holding.classList.toggle("is-empty", !hold);
    if (!hold) write(held, words.noOrder);
    if (hold) {
      const what = words.overrides[hold.kind] + (hold.amps ? ` ${amps(hold.amps)}` : "");
      const values = { what, time: timeOfDay(Date.parse(hold.ends_at), timeZone), left: left === null ? "…" : duration(left) };
      write(held, filled(hold.ends_on_unplug ? words.overrideUnplug : words.overrideUntil, values));
    }
  }
  return { node, update };
}
