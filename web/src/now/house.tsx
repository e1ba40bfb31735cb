import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { decision, reading, sourceState, status } from "../board";
import * as clock from "../clock";
import type { House, Inverter, Wattpilot } from "../contract";
import { duration, filled } from "../figure";
import { language, words } from "../words";
import { ConsentButton } from "../setup/consent";
import { Flow, type Powers } from "./flow";

const WELL = ["ok", "unchanged"];

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
  const car = sum(wattpilots.map((one) => status(one)?.power_w));
  const own = sum(wattpilots.map((one) => decision(one)?.inputs.own_w)) ?? car ?? 0;
  return {
    sun: sum(readings.map((one) => one?.pv_w)),
    grid: present?.grid_w ?? null,
    home: present?.load_w == null ? null : Math.max(0, present.load_w - own),
    battery: sum(readings.map((one) => one?.battery_w)),
    car,
  };
}

/** What is wrong with a source, or how old the reading is. */
function sourceText(inverters: Inverter[], grid: Inverter | undefined): string {
  const troubled = inverters.map(sourceState).find((state) => state && !WELL.includes(state.outcome));
  if (troubled) return troubled.text[language.value];
  const present = grid ? reading(grid) : null;
  if (!grid || !present) return words.value.noReading;
  const ahead = clock.secondsUntil(present.measured_at ?? present.received_at);
  return ahead === null ? `${grid.name}:` : `${grid.name}: ${filled(words.value.ago, { span: duration(-ahead) })}`;
}
