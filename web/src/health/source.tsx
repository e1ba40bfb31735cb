import { brokerIsAway, entities, reading, sourceState } from "../board";
import * as clock from "../clock";
import type { Inverter, SourceState } from "../contract";
import { duration, filled, number, timeOfDay } from "../figure";
import { language, words } from "../words";
import { Item } from "./item";
import { type Part, troubles } from "./part";

const WORTH_SAYING_MS = 60_000;

/** An inverter's source and its readings: how old its reading is, what is wrong and what to do, when it is asked next, and its quota. */
export function SourceItem({ inverter, parts }: { inverter: Inverter; parts: Part[] }) {
  const { health } = words.value;
  const state = sourceState(inverter);
  if (!state) return <Item mark="waits" name={inverter.name} what={health.notAsked} lines={[]} />;
  const isFine = state.outcome === "ok" || state.outcome === "unchanged";
  const isWell = isFine && !state.is_fallback && !brokerIsAway.value && parts.every((part) => part.verdict === "ok");
  return (
    <Item mark={isWell ? "ok" : isFine ? "waits" : "away"} name={inverter.name} what={age(inverter)} lines={[
      isFine ? "" : state.text[language.value],
      state.is_fallback && state.first ? `${health.fallback} ${state.first[language.value]}` : "",
      ...troubles(parts),
      nextFetch(state, inverter),
      state.calls_left !== null ? filled(health.quota, { left: number(state.calls_left, 0), used: number(state.calls_used ?? 0, 0) }) : "",
    ]} />
  );
}

/** When it is asked next; nothing of one that is asked all the time, for that would be past as soon as it is read. */
function nextFetch({ at, next_fetch_at }: SourceState, inverter: Inverter): string {
  if (next_fetch_at === null || Date.parse(next_fetch_at) - Date.parse(at) < WORTH_SAYING_MS) return "";
  return filled(words.value.health.next, { time: timeOfDay(next_fetch_at, zoneOf(inverter)) });
}

function zoneOf(inverter: Inverter): string | undefined {
  return entities.value?.houses.find((house) => house.id === inverter.house_id)?.time_zone;
}

function age(inverter: Inverter): string {
  const last = reading(inverter);
  const ahead = last && clock.secondsUntil(last.measured_at ?? last.received_at);
  return ahead == null ? words.value.noReading : filled(words.value.ago, { span: duration(-ahead) });
}
