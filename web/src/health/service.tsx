import { isWell, type Seen } from "../board";
import { duration, filled, number } from "../figure";
import { known, language, word, words } from "../words";
import type { Part } from "./found";
import { Item } from "./item";

/** A service: what it is for, what it waits for, and what to do when it is away. */
export function ServiceItem({ service, parts }: { service: Seen; parts: Part[] }) {
  const { health, standings } = words.value;
  const { standing, uptime_s } = service;
  const advice = parts.find(({ area, subject }) => area === "service" && subject.en === `${service.name} ${service.instance}`)?.advice;
  const isAway = standing === "silent" || standing === "offline";
  return (
    <Item mark={isWell(service) ? "ok" : standing === "waiting" ? "waits" : "away"} name={service.name} what={known(health.roles, service.name) ?? ""} lines={[
      standing === "waiting" ? awaited(service) : word(standings, standing),
      standing === "waiting" ? advice?.[language.value] ?? "" : "",
      isAway ? filled(health.look, { container: service.name === "bridge" ? "wp-bridge" : service.name }) : "",
      service.dropped > 0 ? filled(health.dropped, { count: number(service.dropped, 0) }) : "",
      isAway || uptime_s === null ? "" : filled(health.running, { span: duration(uptime_s), version: service.version, instance: service.instance }),
    ]} />
  );
}

/** What a service waits for; one of an older version has English words alone, and one that is behind says nothing. */
function awaited({ waits, waits_for }: Seen): string {
  const what = waits?.length ? waits.map(({ text }) => text[language.value]) : waits_for;
  return what.length ? `${words.value.waitsFor} ${what.join("; ")}` : words.value.standings.waiting;
}
