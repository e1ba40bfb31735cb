import { isWell, type Seen } from "../board";
import { duration, filled, number } from "../figure";
import { known, word, words } from "../words";
import { Item } from "./item";

/** A service: what it is for, what it waits for, and what to do when it is away. */
export function ServiceItem({ service }: { service: Seen }) {
  const { health, standings } = words.value;
  const { standing, uptime_s } = service;
  const isAway = standing === "silent" || standing === "offline";
  return (
    <Item mark={isWell(service) ? "ok" : standing === "waiting" ? "waits" : "away"} name={service.name} what={known(health.roles, service.name) ?? ""} lines={[
      standing === "waiting" ? `${words.value.waitsFor} ${service.waits_for.map(awaited).join("; ")}` : word(standings, standing),
      isAway ? filled(health.look, { container: service.name === "bridge" ? "wp-bridge" : service.name }) : "",
      service.dropped > 0 ? filled(health.dropped, { count: number(service.dropped, 0) }) : "",
      isAway || uptime_s === null ? "" : filled(health.running, { span: duration(uptime_s), version: service.version, instance: service.instance }),
    ]} />
  );
}

/** What a service says that it waits for, in the page's language where that is known. */
function awaited(what: string): string {
  const { waits } = words.value;
  const beginning = Object.keys(waits).find((one) => what.startsWith(one));
  return (beginning && known(waits, beginning)) ?? what;
}
