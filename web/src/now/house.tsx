import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { decision, reading, sourceState, status } from "../board";
import * as clock from "../clock";
import type { House, Inverter, Wattpilot } from "../contract";
import { duration, filled } from "../figure";
import { language, words } from "../words";
import { ConsentButton } from "../setup/consent";
import { Flow, type Powers } from "./flow";
import { sunOf, type Told, WELL } from "./sun";

/** What was refused when it was asked to measure, and the reading that it had then. */
interface Refused { text: string; since: string | null }

/** A house: the flow of power, and how old it is. */
export function HouseCard({ house, inverters, wattpilots }: { house: House; inverters: Inverter[]; wattpilots: Wattpilot[] }) {
  const refused = useSignal<Record<number, Refused>>({});
  const soc_pct = known(inverters.map((one) => reading(one)?.soc_pct))[0] ?? null;

  async function measure(inverter: Inverter) {
    let text = "";
    try {
      await call("POST", `inverters/${inverter.id}/fetch`);
    } catch (error) {
      text = `${words.value.failed} ${said(error)}`;
    }
    refused.value = { ...refused.value, [inverter.id]: { text, since: newest(inverter) } };
  }

  return (
    <div class="card">
      <h2>{house.name}</h2>
      <Flow powers={powers(inverters, wattpilots)} soc_pct={soc_pct} />
      <div class="row">
        <div class="sources">
          {inverters.map((one) => <p key={one.id} class="source">{one.name}: {sourceText(one, refused.value[one.id])}</p>)}
        </div>
        <ConsentButton inverters={inverters} />
        <button type="button" disabled={inverters.length === 0} onClick={() => inverters.forEach((one) => void measure(one))}>{words.value.measureNow}</button>
      </div>
    </div>
  );
}

function newest(inverter: Inverter): string | null {
  return reading(inverter)?.received_at ?? null;
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

/** What is wrong with a source, or how old its reading is. What was refused is of no interest any more once a reading came. */
function sourceText(inverter: Inverter, refused: Refused | undefined): string {
  if (refused?.text && refused.since === newest(inverter)) return refused.text;
  const { age_s, reading: present, state } = toldOf(inverter);
  if (state && !WELL.includes(state.outcome)) return state.text[language.value];
  if (!present) return words.value.noReading;
  return age_s === null ? "" : filled(words.value.ago, { span: duration(age_s) });
}

function toldOf(inverter: Inverter): Told {
  const last = reading(inverter);
  const ahead = last && clock.secondsUntil(last.measured_at ?? last.received_at);
  return { inverter, reading: last, state: sourceState(inverter), age_s: ahead === null ? null : -ahead };
}
