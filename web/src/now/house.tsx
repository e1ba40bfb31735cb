import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { decision, reading, sourceState, status } from "../board";
import * as clock from "../clock";
import type { House, Inverter, Wattpilot } from "../contract";
import { duration, filled } from "../figure";
import { language, words } from "../words";
import { ConsentButton } from "../setup/consent";
import { Flow, type Powers } from "./flow";
import { isUnknown, sunOf, type Told, WELL } from "./sun";

/** A house: the flow of power, and how old it is. */
export function HouseCard({ house, inverters, wattpilots }: { house: House; inverters: Inverter[]; wattpilots: Wattpilot[] }) {
  const trouble = useSignal<{ text: string; since: string | null }>({ text: "", since: null });
  const grid = inverters.find((inverter) => inverter.role === "grid");
  const soc_pct = known(inverters.map((one) => reading(one)?.soc_pct))[0] ?? null;

  const newest = (grid && reading(grid)?.received_at) ?? null;

  async function measure() {
    try {
      await call("POST", `inverters/${grid?.id}/fetch`);
      trouble.value = { text: "", since: newest };
    } catch (error) {
      trouble.value = { text: `${words.value.failed} ${said(error)}`, since: newest };
    }
  }

  // What did not work is of no interest any more once a reading came.
  const refused = trouble.value.since === newest ? trouble.value.text : "";

  return (
    <div class="card">
      <h2>{house.name}</h2>
      <Flow powers={powers(inverters, wattpilots)} soc_pct={soc_pct} />
      <div class="row">
        <p class="source">{refused || sourceText(inverters, grid)}</p>
        <ConsentButton inverters={inverters} />
        <button type="button" disabled={!grid} onClick={() => void measure()}>{words.value.measureNow}</button>
      </div>
    </div>
  );
}

function known(values: (number | null | undefined)[]): number[] {
  return values.filter((value): value is number => value != null);
}

function sum(values: (number | null | undefined)[]): number | null {
  const numbers = known(values);
  return numbers.length ? numbers.reduce((total, value) => total + value, 0) : null;
}

/** The powers of a house now. The home's own share is its load without the charger, both at the reading's time. */
function powers(inverters: Inverter[], wattpilots: Wattpilot[]): Powers {
  const readings = inverters.map(reading);
  const ofGrid = inverters.find((inverter) => inverter.role === "grid");
  const present = ofGrid ? reading(ofGrid) : null;
  const battery = sum(readings.map((one) => one?.battery_w));
  const sun = sunOf(inverters.map(toldOf));
  // Other inverters' sun is less load for the one at the connection.
  const balance = sun.watts === null || sun.isPart || present?.grid_w == null ? null : present.grid_w + sun.watts - (battery ?? 0);
  const load = inverters.length > 1 ? balance : present?.load_w;
  const car = sum(wattpilots.map((one) => status(one)?.power_w));
  const own = sum(wattpilots.map((one) => decision(one)?.inputs.own_w)) ?? car ?? 0;
  return {
    sun: sun.watts,
    isSunPart: sun.isPart,
    grid: present?.grid_w ?? null,
    home: load == null ? null : Math.max(0, load - own),
    battery,
    car,
  };
}

/** What is wrong with a source, or how old the reading is; of a further inverter, where it is too old to count. */
function sourceText(inverters: Inverter[], grid: Inverter | undefined): string {
  const troubled = inverters.map(sourceState).find((state) => state && !WELL.includes(state.outcome));
  if (troubled) return troubled.text[language.value];
  if (!grid || !reading(grid)) return words.value.noReading;
  const told = inverters.map(toldOf);
  return told.filter((one) => one.inverter === grid || isUnknown(one)).map(ageText).join(" · ");
}

function ageText({ inverter, reading, age_s }: Told): string {
  if (!reading) return `${inverter.name}: ${words.value.noReading}`;
  return age_s === null ? `${inverter.name}:` : `${inverter.name}: ${filled(words.value.ago, { span: duration(age_s) })}`;
}

function toldOf(inverter: Inverter): Told {
  const last = reading(inverter);
  const ahead = last && clock.secondsUntil(last.measured_at ?? last.received_at);
  return { inverter, reading: last, state: sourceState(inverter), age_s: ahead === null ? null : -ahead };
}
