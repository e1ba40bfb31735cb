import { useSignal } from "@preact/signals";
import type { Day } from "../contract";
import { date, energy, filled, percent } from "../figure";
import { words } from "../words";
import { carShare, ownShare, total } from "./day";
import { type Row, Table } from "./table";

/** So many are shown at first, and so many more each time: days are kept for years. */
const FIRST = 10;
const STEP = 31;

/** The days as a table, the newest first, and what all of them add up to. */
export function Days({ days }: { days: Day[] }) {
  const most = useSignal(FIRST);
  const { columns, showMore } = words.value;
  const newestFirst = [...days].sort((one, other) => other.day.localeCompare(one.day));
  const all = filled(columns.total, { count: String(days.length) });
  return (
    <>
      <Table title={columns.title} columns={[columns.day, columns.sun, columns.own, columns.bought, columns.sold, columns.car, columns.share]}
        rows={newestFirst.slice(0, most.value).map((day) => rowOf(date(day.day), day))} sum={days.length > 1 ? rowOf(all, total(days)) : undefined} />
      {days.length > most.value && <button type="button" class="further" onClick={() => { most.value += STEP; }}>{showMore}</button>}
    </>
  );
}

function rowOf(name: string, day: Day): Row {
  return {
    key: day.day, name,
    cells: [energy(day.pv_wh, 1), percent(ownShare(day)), energy(day.import_wh, 1), energy(day.export_wh, 1), energy(day.car_wh, 1), percent(carShare(day))],
  };
}
