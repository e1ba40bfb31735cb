import type { ComponentChild } from "preact";
import { entities, isWell, reading, services, type Seen, sourceState, status } from "../board";
import * as clock from "../clock";
import type { Inverter, Wattpilot } from "../contract";
import { duration, filled, number, timeOfDay } from "../figure";
import { GrafanaLink } from "../history/grafana";
import { known, language, word, words } from "../words";

type Mark = "ok" | "waits" | "away";

/** How everything is doing, how old it is, and what to do. */
export function Health() {
  const { health } = words.value;
  return (
    <div class="view health">
      <List title={health.sources}>{(entities.value?.inverters ?? []).map((one) => <Source key={one.id} inverter={one} />)}</List>
      <List title={health.wattpilots}>{(entities.value?.wattpilots ?? []).map((one) => <Box key={one.id} wattpilot={one} />)}</List>
      <GrafanaLink />
      <List title={health.services}>{services.value.map((one) => <Service key={`${one.name} ${one.instance}`} service={one} />)}</List>
    </div>
  );
}

function List({ title, children }: { title: string; children: ComponentChild[] }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children.length > 0 ? <ul>{children}</ul> : <p class="quiet">{words.value.health.none}</p>}
    </section>
  );
}

function Item({ mark, name, what, lines }: { mark: Mark; name: string; what: string; lines: string[] }) {
  return (
    <li data-state={mark}>
      <strong>{name}</strong> <span class="quiet">{what}</span>
      {lines.filter(Boolean).map((line) => <p key={line}>{line}</p>)}
    </li>
  );
}

function Source({ inverter }: { inverter: Inverter }) {
  const { health } = words.value;
  const state = sourceState(inverter);
  if (!state) return <Item mark="waits" name={inverter.name} what={health.notAsked} lines={[]} />;
  const isFine = state.outcome === "ok" || state.outcome === "unchanged";
  return (
    <Item mark={isFine && !state.is_fallback ? "ok" : isFine ? "waits" : "away"} name={inverter.name} what={sourceAge(inverter)} lines={[
      state.text[language.value],
      state.is_fallback && state.first ? `${health.fallback} ${state.first[language.value]}` : "",
      state.next_fetch_at ? filled(health.next, { time: timeOfDay(state.next_fetch_at, zoneOf(inverter)) }) : "",
      state.calls_left !== null ? filled(health.quota, { left: number(state.calls_left, 0), used: number(state.calls_used ?? 0, 0) }) : "",
    ]} />
  );
}

function zoneOf(inverter: Inverter): string | undefined {
  return entities.value?.houses.find((house) => house.id === inverter.house_id)?.time_zone;
}

function sourceAge(inverter: Inverter): string {
  const last = reading(inverter);
  const ahead = last && clock.secondsUntil(last.measured_at ?? last.received_at);
  return ahead == null ? words.value.noReading : `${duration(-ahead)} ${words.value.ago}`;
}

function Box({ wattpilot }: { wattpilot: Wattpilot }) {
  const { health, links, manual } = words.value;
  const present = status(wattpilot);
  const link = present?.link ?? "away";
  const isOnline = link === "online";
  const mark = !isOnline ? "away" : present?.manual || present?.error ? "waits" : "ok";
  const device = [present?.device_type?.replaceAll("_", " "), present?.firmware].filter(Boolean).join(" ");
  return (
    <Item mark={mark} name={wattpilot.name} what={word(links, link)} lines={[
      device,
      known(health.links, link) ?? "",
      present?.manual ? word(manual, present.manual.reason) : "",
      present?.error ? filled(health.boxError, { number: String(present.error) }) : "",
    ]} />
  );
}

function Service({ service }: { service: Seen }) {
  const { health, standings, waitsFor } = words.value;
  return (
    <Item mark={isWell(service) ? "ok" : service.standing === "waiting" ? "waits" : "away"} name={service.name} what={`${service.instance} ${service.version}`} lines={[
      service.standing === "waiting" ? `${waitsFor} ${service.waits_for.join("; ")}` : word(standings, service.standing),
      service.dropped > 0 ? filled(health.dropped, { count: number(service.dropped, 0) }) : "",
    ]} />
  );
}
