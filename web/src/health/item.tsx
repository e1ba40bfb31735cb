import type { ComponentChildren } from "preact";
import { words } from "../words";

/** A part of Sunpilot in the list of how all are doing. */

export type Mark = "ok" | "waits" | "away";

interface Props {
  mark: Mark;
  name: string;
  what: string;
  /** What there is to say of it, the most important first; empty ones are left out. */
  lines: string[];
}

export function Item({ mark, name, what, lines }: Props) {
  return (
    <li data-state={mark}>
      <span class="announced">{words.value.health.marks[mark]}: </span>
      <strong>{name}</strong> <span class="quiet">{what}</span>
      {lines.filter(Boolean).map((line) => <p key={line}>{withCommands(line)}</p>)}
    </li>
  );
}

/** Commands stand between backticks. */
function withCommands(line: string): ComponentChildren {
  return line.split("`").map((piece, index) => (index % 2 ? <code key={index}>{piece}</code> : piece));
}

export function List({ title, children }: { title: string; children: ComponentChildren[] }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children.length > 0 ? <ul>{children}</ul> : <p class="quiet">{words.value.health.none}</p>}
    </section>
  );
}
