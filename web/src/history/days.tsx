import type { Day } from "../contract";
import { date, energy, percent } from "../figure";
import { words } from "../words";
import { carShare, ownShare, total } from "./day";

/** The days as a table, the newest first, and what they add up to. */
export function Days({ days }: { days: Day[] }) {
  const { columns } = words.value;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={columns.title}>
      <table>
        <thead>
          <tr>{[columns.day, columns.sun, columns.own, columns.bought, columns.sold, columns.car, columns.share].map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {[...days].sort((one, other) => other.day.localeCompare(one.day)).map((day) => <Row key={day.day} name={date(day.day)} day={day} />)}
        </tbody>
        {days.length > 1 && <tfoot><Row name={columns.total} day={total(days)} /></tfoot>}
      </table>
    </div>
  );
}

function Row({ name, day }: { name: string; day: Day }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{energy(day.pv_wh, 1)}</td>
      <td>{percent(ownShare(day))}</td>
      <td>{energy(day.import_wh, 1)}</td>
      <td>{energy(day.export_wh, 1)}</td>
      <td>{energy(day.car_wh, 1)}</td>
      <td>{percent(carShare(day))}</td>
    </tr>
  );
}
