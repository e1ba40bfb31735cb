import { entities, invertersOf, isWell, services, wattpilotsOf } from "../board";
import { words } from "../words";
import { HouseCard } from "./house";
import { WattpilotCard } from "./wattpilot";

/** What happens now: each house with its Wattpilots. */
export function Now() {
  const known = entities.value;
  if (!known) return <p class="card quiet">{words.value.connecting}</p>;
  const loose = wattpilotsOf(null);
  return (
    <div class="view">
      {known.inverters.length === 0 && <Welcome />}
      <Unwell />
      {known.houses.map((house) => (
        <section class="house" key={house.id}>
          <HouseCard house={house} inverters={invertersOf(house)} wattpilots={wattpilotsOf(house)} />
          <div class="wattpilots">
            {wattpilotsOf(house).map((one) => <WattpilotCard key={one.id} wattpilot={one} timeZone={house.time_zone} />)}
          </div>
        </section>
      ))}
      {loose.length > 0 && (
        <section class="view">
          <h2>{words.value.looseTitle}</h2>
          <p class="quiet">{words.value.looseText} <a href="#/setup">{words.value.views.setup}</a></p>
          <div class="wattpilots">{loose.map((one) => <WattpilotCard key={one.id} wattpilot={one} />)}</div>
        </section>
      )}
    </div>
  );
}

function Welcome() {
  const { welcome } = words.value;
  return (
    <section class="card welcome">
      <h2>{welcome.title}</h2>
      <ol>
        <li>{welcome.inverter} <a class="button primary" href="#/setup">{welcome.begin}</a></li>
        <li>{welcome.wattpilot}</li>
      </ol>
    </section>
  );
}

/** One line when something is away; the view Health has the rest. */
function Unwell() {
  const away = services.value.filter((service) => !isWell(service));
  if (away.length === 0) return null;
  return (
    <p class="notice" role="status">
      {words.value.unwell} {away.map((service) => service.name).join(", ")}. <a href="#/health">{words.value.views.health}</a>
    </p>
  );
}
