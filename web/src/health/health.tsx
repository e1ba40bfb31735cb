import { entities, services } from "../board";
import { GrafanaLink } from "../history/grafana";
import { words } from "../words";
import { useFound } from "./found";
import { foundations } from "./foundation";
import { List } from "./item";
import { recordings } from "./recording";
import { ServiceItem } from "./service";
import { SourceItem } from "./source";
import { WattpilotItem } from "./wattpilot";

/** How everything is doing, how old it is, and what to do. */
export function Health() {
  const { health } = words.value;
  const kept = useFound();
  const found = kept.state === "known" ? kept.value : null;
  return (
    <div class="view health">
      <List title={health.sources}>{(entities.value?.inverters ?? []).map((one) => <SourceItem key={one.id} inverter={one} />)}</List>
      <List title={health.wattpilots}>{(entities.value?.wattpilots ?? []).map((one) => <WattpilotItem key={one.id} wattpilot={one} />)}</List>
      <List title={health.services}>{[
        ...services.value.map((one) => <ServiceItem key={`${one.name} ${one.instance}`} service={one} parts={found?.parts ?? []} />),
        ...(found ? [...recordings(found), ...foundations(found)] : []),
      ]}</List>
      <GrafanaLink />
    </div>
  );
}
