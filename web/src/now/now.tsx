import { brokerIsAway, entities, invertersOf, isWell, services, status, wattpilotsOf } from "../board";
import type { Wattpilot } from "../contract";
import { filled } from "../figure";
import { words } from "../words";
import { HouseCard } from "./house";
import { Today } from "./today";
import { WattpilotCard } from "./wattpilot";

/** What happens now: each house with its Wattpilots. */
export function Now() {
  const known = entities.value;
  if (!known) return <p class="card quiet">{words.value.connecting}</p>;
  const loose = wattpilotsOf(null);
  return (
    <div class="view">
      {known.inverters.length === 0 && <Welcome wattpilots={known.wattpilots} />}
      <Unwell isNew={known.inverters.length === 0} />
      {known.houses.map((house) => (
        <section class="house" key={house.id}>
          <HouseCard house={house} inverters={invertersOf(house)} wattpilots={wattpilotsOf(house)} />
          <div class="wattpilots">
            {wattpilotsOf(house).map((one) => <WattpilotCard key={one.id} wattpilot={one} timeZone={house.time_zone} />)}
          </div>
          <Today house={house} />
        </section>
      ))}
      {loose.length > 0 && (
        <section class="view">
          {known.houses.length > 0 && (
            <>
              <h2>{words.value.looseTitle}</h2>
              <p class="quiet">{words.value.looseText} <a href="#/setup">{words.value.views.setup}</a></p>
            </>
          )}
          <div class="wattpilots">{loose.map((one) => <WattpilotCard key={one.id} wattpilot={one} />)}</div>
        </section>
      )}
    </div>
  );
}

/** What a newcomer does next; what is done already is ticked off. */
function Welcome({ wattpilots }: { wattpilots: Wattpilot[] }) {
  const { welcome } = words.value;
  const online = wattpilots.filter((one) => status(one)?.link === "online");
  return (
    <section class="card welcome">
      <h2>{online.length > 0 ? welcome.lastStep : welcome.title}</h2>
      <ol>
        {online.length > 0
          ? <li class="is-done">{filled(welcome.found, { name: online.map((one) => one.name).join(", ") })}</li>
          : <li>{welcome.wattpilot}</li>}
        <li>{welcome.inverter} <a class="button primary" href="#/setup">{welcome.begin}</a></li>
      </ol>
    </section>
  );
}

/**
 * One line when something is away; the view Health has the rest. Without the broker nobody is heard, and it alone is named.
 * That nobody asks an inverter is no fault of a new one.
 */
function Unwell({ isNew }: { isNew: boolean }) {
  const away = services.value.filter((service) => !isWell(service) && !(isNew && service.standing === "waiting"));
  if (away.length === 0) return null;
  return (
    <p class="notice" role="status">
      {brokerIsAway.value ? words.value.noBroker : `${words.value.unwell} ${away.map((service) => service.name).join(", ")}.`} <a href="#/health">{words.value.views.health}</a>
    </p>
  );
}
