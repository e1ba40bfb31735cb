import { entities, wattpilotsOf } from "../board";
import type { House } from "../contract";
import { words } from "../words";
import { DayBars } from "./bars";
import { Days } from "./days";
import { GrafanaLink } from "./grafana";
import { days, useKept } from "./kept";
import { Sessions } from "./sessions";

const RENEWED_MS = 300_000;

/** What was: the days of each house, and what its Wattpilots charged. */
export function History() {
  const houses = entities.value?.houses ?? [];
  return (
    <div class="view">
      {houses.length === 0 && <p class="card quiet">{words.value.noHistory}</p>}
      {houses.map((house) => (
        <section class="view" key={house.id} aria-label={house.name}>
          <DaysCard house={house} />
          {wattpilotsOf(house).map((one) => <Sessions key={one.id} wattpilot={one} house={house} />)}
        </section>
      ))}
      <GrafanaLink />
      {wattpilotsOf(null).map((one) => <Sessions key={one.id} wattpilot={one} />)}
    </div>
  );
}

function DaysCard({ house }: { house: House }) {
  const kept = useKept(() => days(house.id), `${house.id}`, RENEWED_MS);
  const { notKept, noHistory } = words.value;
  const text = kept.state === "failed" ? kept.text : kept.state === "absent" ? notKept : noHistory;
  if (kept.state !== "known" || kept.value.length === 0) {
    return <section class="card"><h2>{house.name}</h2>{kept.state !== "waiting" && <p class="quiet">{text}</p>}</section>;
  }
  return (
    <section class="card">
      <h2>{house.name}</h2>
      {kept.value.length > 1 && <DayBars days={kept.value} />}
      <Days days={kept.value} />
    </section>
  );
}
