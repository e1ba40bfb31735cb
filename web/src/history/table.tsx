import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useId } from "preact/hooks";

export interface Row {
  key: string | number;
  name: string;
  /** Beside the name. */
  badge?: ComponentChild;
  cells: string[];
  /** What a row that opens shows below its cells. */
  more?: ComponentChild;
}

interface Props {
  title: string;
  /** The first names what the rows are; the others name their cells. */
  columns: string[];
  rows: Row[];
  /** What the rows add up to. */
  sum?: Row | undefined;
}

/** Figures by row; on a small screen each row is a card of its own, in which every cell says its name. */
export function Table({ title, columns, rows, sum }: Props) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead><tr>{columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>{rows.map((row) => <Line key={row.key} row={row} columns={columns} />)}</tbody>
        {sum && <tfoot><Line row={sum} columns={columns} /></tfoot>}
      </table>
    </div>
  );
}

function Line({ row, columns }: { row: Row; columns: string[] }) {
  const isOpen = useSignal(false);
  const id = useId();
  return (
    <>
      <tr class={isOpen.value ? "is-open" : undefined}>
        <th scope="row">
          {row.more === undefined
            ? row.name
            : <button type="button" class="opener" aria-expanded={isOpen.value} {...(isOpen.value && { "aria-controls": id })} onClick={() => { isOpen.value = !isOpen.value; }}>{row.name}</button>}
          {row.badge}
        </th>
        {row.cells.map((cell, index) => <td key={index} data-name={columns[index + 1]}>{cell}</td>)}
      </tr>
      {isOpen.value && <tr class="more" id={id}><td colSpan={columns.length}><div>{row.more}</div></td></tr>}
    </>
  );
}
