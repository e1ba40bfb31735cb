import { brokerIsAway, isWell, type Seen } from "../board";
import { duration, filled, number } from "../figure";
import { known, language, words } from "../words";
import { Item } from "./item";
import { type Part, troubles } from "./part";

/** A service: what it is for, what it waits for, and what to do when it is away. */
export function ServiceItem({ service, parts }: { service: Seen; parts: Part[] }) {
  const { health, standings } = words.value;
  const { standing, uptime_s } = service;
  const isAway = standing === "silent" || standing === "offline";
  const role = known(health.roles, service.name) ?? "";
  if (brokerIsAway.value) return <Item mark="waits" name={service.name} what={role} lines={[withoutBroker(service)]} />;
  return (
    <Item mark={isWell(service) ? "ok" : standing === "waiting" ? "waits" : "away"} name={service.name} what={role} lines={[
      known(standings, standing) ?? "",
      ...(isWell(service) ? [] : troubles(parts)),
      service.dropped > 0 ? filled(health.dropped, { count: number(service.dropped, 0) }) : "",
      isAway || uptime_s === null ? "" : filled(health.running, { span: duration(uptime_s), version: service.version, instance: service.instance }),
    ]} />
  );
}

/** The api alone is heard without the broker, and says what it waits for. */
function withoutBroker({ waits }: Seen): string {
  const { unheard, waits: sentence } = words.value.health;
  const isHeard = waits.some((one) => one.code === "broker");
  return isHeard ? filled(sentence, { what: waits.map((one) => one.text[language.value]).join(", ") }) : unheard;
}

/** Whether the api found a part to be this service. */
export function isOf(part: Part, { name, instance }: Seen): boolean {
  return part.area === "service" && part.subject.en === `${name} ${instance}`;
}
