import type { Day } from "../contract";
import { date, energy, percent } from "../figure";
import { words } from "../words";
import { carShare, ownShare, total } from "./day";
import { type Row, Table } from "./table";

/** The days as a table, the newest first, and what they add up to. */
export function Days({ days }: { days: Day[] }) {
  const { columns } = words.value;
  const newestFirst = [...days].sort((one, other) => other.day.localeCompare(one.day));
  return (
    <Table title={columns.title} columns={[columns.day, columns.sun, columns.own, columns.bought, columns.sold, columns.car, columns.share]}
      rows={newestFirst.map((day) => rowOf(date(day.day), day))} sum={days.length > 1 ? rowOf(columns.total, total(days)) : undefined} />
  );
}

function rowOf(name: string, day: Day): Row {
  return {
    key: day.day, name,
    cells: [energy(day.pv_wh, 1), percent(ownShare(day)), energy(day.import_wh, 1), energy(day.export_wh, 1), energy(day.car_wh, 1), percent(carShare(day))],
  };
}
