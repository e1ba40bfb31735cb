import { useSignal } from "@preact/signals";
import type { Day } from "../contract";
import { date, energy, filled, percent } from "../figure";
import { words } from "../words";
import { carShare, total } from "./day";
import { own, Signs, sun } from "./sun";
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
        rows={newestFirst.slice(0, most.value).map((day) => rowOf(date(day.day), [day]))} sum={days.length > 1 ? rowOf(all, days) : undefined} />
      <Signs days={days} />
      {days.length > most.value && <button type="button" class="further" onClick={() => { most.value += STEP; }}>{showMore}</button>}
    </>
  );
}

function rowOf(name: string, days: Day[]): Row {
  const all = total(days);
  return {
    key: name, name,
    cells: [sun(days), own(days), energy(all.import_wh, 1), energy(all.export_wh, 1), energy(all.car_wh, 1), percent(carShare(all))],
  };
}
