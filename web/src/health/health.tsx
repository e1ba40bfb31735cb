import { entities, services } from "../board";
import { GrafanaLink } from "../history/grafana";
import { words } from "../words";
import { useParts } from "./found";
import { List } from "./item";
import type { Part } from "./part";
import { PartItem } from "./part_item";
import { isOf, ServiceItem } from "./service";
import { SourceItem } from "./source";
import { WattpilotItem } from "./wattpilot";

/** How everything is doing, how old it is, and what to do. */
export function Health() {
  const { health } = words.value;
  const parts = useParts();
  const { inverters, wattpilots } = entities.value ?? { inverters: [], wattpilots: [] };
  const missed = parts.filter((part) => part.area === "service" && !services.value.some((one) => isOf(part, one)));
  return (
    <div class="view health">
      <List title={health.sources}>{[
        ...inverters.map((one) => <SourceItem key={one.id} inverter={one} parts={ofAreas(parts, "reading").filter((part) => part.id === one.id)} />),
        ...items(ofAreas(parts, "house")),
      ]}</List>
      <List title={health.wattpilots}>{wattpilots.map((one) => <WattpilotItem key={one.id} wattpilot={one} parts={ofAreas(parts, "wattpilot").filter((part) => part.id === one.id)} />)}</List>
      <List title={health.services}>{[
        ...items(ofAreas(parts, "broker")),
        ...services.value.map((one) => <ServiceItem key={`${one.name} ${one.instance}`} service={one} parts={parts.filter((part) => isOf(part, one))} />),
        ...items([...missed, ...ofAreas(parts, "store", "history")]),
      ]}</List>
      <GrafanaLink />
    </div>
  );
}

function ofAreas(parts: Part[], ...areas: string[]): Part[] {
  return parts.filter((part) => areas.includes(part.area));
}

function items(parts: Part[]) {
  return parts.map((part) => <PartItem key={`${part.subject.en} ${part.text.en}`} part={part} />);
}
