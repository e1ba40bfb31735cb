import { useSignal } from "@preact/signals";
import type { Wattpilot } from "../contract";
import { duration, energy, money, moment, percent } from "../figure";
import { words } from "../words";
import { sessions, useKept } from "./kept";
import { type Session, sunShare } from "./session";

const RENEWED_MS = 60_000;
const STEP = 20;

/** What a Wattpilot charged, from plug-in to unplug, the newest first; as a file for a spreadsheet too. */
export function Sessions({ wattpilot, timeZone }: { wattpilot: Wattpilot; timeZone?: string }) {
  const most = useSignal(STEP);
  const kept = useKept(() => sessions(wattpilot.id, most.value), `${wattpilot.id} ${most.value}`, RENEWED_MS);
  const { sessions: text, notKept } = words.value;
  return (
    <section class="card" aria-label={`${text.title}, ${wattpilot.name}`}>
      <div class="row">
        <h2>{text.title} · {wattpilot.name}</h2>
        {kept.state === "known" && kept.value.length > 0 && <a class="button" href={`/api/v1/wattpilots/${wattpilot.id}/sessions.csv`} download>{text.csv}</a>}
      </div>
      {kept.state === "known" && kept.value.length > 0 && <Table sessions={kept.value} {...(timeZone && { timeZone })} />}
      {kept.state === "known" && kept.value.length === 0 && <p class="quiet">{text.none}</p>}
      {kept.state === "absent" && <p class="quiet">{notKept}</p>}
      {kept.state === "failed" && <p class="quiet">{kept.text}</p>}
      {kept.state === "known" && kept.value.length >= most.value && <button type="button" onClick={() => { most.value += STEP; }}>{text.more}</button>}
    </section>
  );
}

function Table({ sessions: all, timeZone }: { sessions: Session[]; timeZone?: string }) {
  const { sessions: text } = words.value;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={text.title}>
      <table>
        <thead>
          <tr>{[text.from, text.plugged, text.charging, text.energy, text.sun, text.cost, text.saved].map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {all.map((one) => (
            <tr key={one.id}>
              <th scope="row">{moment(one.started_at, timeZone)}{one.ended_at === null && <span class="badge" data-state="charging">{text.running}</span>}</th>
              <td>{duration(one.plugged_s)}</td>
              <td>{duration(one.charging_s)}</td>
              <td>{energy(one.energy_wh, 1)}</td>
              <td>{percent(sunShare(one))}</td>
              <td>{money(one.cost)}</td>
              <td>{money(one.saved)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
