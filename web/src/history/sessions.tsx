import { useSignal } from "@preact/signals";
import type { House, Wattpilot } from "../contract";
import { duration, energy, money, moment, percent } from "../figure";
import { words } from "../words";
import { sessions, useKept } from "./kept";
import { SessionDetails } from "./session_details";
import { type Session, sunShare } from "./session";
import { type Row, Table } from "./table";

const RENEWED_MS = 60_000;
const STEP = 20;

/** What a Wattpilot charged, from plug-in to unplug, the newest first; as a file for a spreadsheet too. */
export function Sessions({ wattpilot, house }: { wattpilot: Wattpilot; house?: House }) {
  const most = useSignal(STEP);
  const kept = useKept(() => sessions(wattpilot.id, most.value), `${wattpilot.id} ${most.value}`, RENEWED_MS);
  const { sessions: text, notKept, showMore } = words.value;
  return (
    <section class="card" aria-label={`${text.title}, ${wattpilot.name}`}>
      <div class="row">
        <h2>{text.title} · {wattpilot.name}</h2>
        {kept.state === "known" && kept.value.length > 0 && <a class="button" href={`/api/v1/wattpilots/${wattpilot.id}/sessions.csv`} download>{text.csv}</a>}
      </div>
      {kept.state === "known" && kept.value.length > 0 && (
        <Table title={text.title} columns={[text.from, text.plugged, text.charging, text.energy, text.sun, text.cost, text.saved]}
          rows={kept.value.map((one) => rowOf(one, house))} />
      )}
      {kept.state === "known" && kept.value.length === 0 && <p class="quiet">{text.none}</p>}
      {kept.state === "absent" && <p class="quiet">{notKept}</p>}
      {kept.state === "failed" && <p class="quiet">{kept.text}</p>}
      {kept.state === "known" && kept.value.length >= most.value && <button type="button" class="further" onClick={() => { most.value += STEP; }}>{showMore}</button>}
    </section>
  );
}

function rowOf(one: Session, house: House | undefined): Row {
  const currency = one.currency ?? house?.currency;
  return {
    key: one.id, name: moment(one.started_at, house?.time_zone),
    badge: one.ended_at === null && <span class="badge" data-state="charging">{words.value.sessions.running}</span>,
    cells: [duration(one.plugged_s), duration(one.charging_s), energy(one.energy_wh, 1), percent(sunShare(one)), money(one.cost, currency), money(one.saved, currency)],
    more: <SessionDetails session={one} timeZone={house?.time_zone} />,
  };
}
