import { entities } from "../board";
import type { Day, House } from "../contract";
import { date, energy, percent } from "../figure";
import { words } from "../words";
import { carShare, ownShare } from "./day";
import { days, useKept } from "./kept";

const RENEWED_MS = 300_000;

/** What was: the days of each house. */
export function History() {
  const houses = entities.value?.houses ?? [];
  return (
    <div class="view">
      {houses.length === 0 && <p class="card quiet">{words.value.noHistory}</p>}
      {houses.map((house) => <Days key={house.id} house={house} />)}
    </div>
  );
}

function Days({ house }: { house: House }) {
  const kept = useKept(() => days(house.id), `${house.id}`, RENEWED_MS);
  const { notKept, noHistory } = words.value;
  const text = kept.state === "failed" ? kept.text : kept.state === "absent" ? notKept : noHistory;
  return (
    <section class="card">
      <h2>{house.name}</h2>
      {kept.state === "known" && kept.value.length > 0 ? <Table days={kept.value} /> : kept.state !== "waiting" && <p class="quiet">{text}</p>}
    </section>
  );
}

function Table({ days }: { days: Day[] }) {
  const { columns } = words.value;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={columns.title}>
      <table>
        <thead>
          <tr>{[columns.day, columns.sun, columns.own, columns.bought, columns.sold, columns.car, columns.share].map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {[...days].sort((one, other) => other.day.localeCompare(one.day)).map((day) => (
            <tr key={day.day}>
              <th scope="row">{date(day.day)}</th>
              <td>{energy(day.pv_wh, 1)}</td>
              <td>{percent(ownShare(day))}</td>
              <td>{energy(day.import_wh, 1)}</td>
              <td>{energy(day.export_wh, 1)}</td>
              <td>{energy(day.car_wh, 1)}</td>
              <td>{percent(carShare(day))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
