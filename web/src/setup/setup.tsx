import { useSignal } from "@preact/signals";
import { Keys } from "../access/keys";
import { PasswordForm } from "../access/password";
import { entities } from "../board";
import { Notifications } from "../notification/notifications";
import { words } from "../words";
import { HouseForm } from "./house";
import { InverterForm } from "./inverter";
import { WattpilotForm } from "./wattpilot";

/** Everything that can be set. */
export function Setup() {
  const isAdding = useSignal(false);
  const known = entities.value;
  if (!known) return <p class="card quiet">{words.value.connecting}</p>;
  const { addInverter, cancel, setup, welcome } = words.value;
  const isFirst = known.inverters.length === 0;
  return (
    <div class="view">
      <section class="view">
        <h2>{setup.inverters}</h2>
        {known.inverters.map((inverter) => (
          <details key={inverter.id} class="entity">
            <summary>{inverter.name}</summary>
            <InverterForm inverter={inverter} onDone={() => undefined} />
          </details>
        ))}
        {(isAdding.value || isFirst) && <InverterForm key={known.inverters.length} inverter={null} onDone={() => { isAdding.value = false; }} />}
        {!isFirst && (
          <div><button type="button" onClick={() => { isAdding.value = !isAdding.value; }}>{isAdding.value ? cancel : addInverter}</button></div>
        )}
      </section>
      <section class="view">
        <h2>{setup.wattpilots}</h2>
        {known.wattpilots.length === 0 && <p class="card quiet">{welcome.wattpilot}</p>}
        {known.wattpilots.map((wattpilot) => <WattpilotForm key={wattpilot.id} wattpilot={wattpilot} />)}
      </section>
      {known.houses.length > 0 && (
        <section class="view">
          <h2>{setup.houses}</h2>
          {known.houses.map((house) => <HouseForm key={house.id} house={house} />)}
        </section>
      )}
      <Notifications />
      <section class="view">
        <h2>{setup.access}</h2>
        <PasswordForm />
        <Keys />
      </section>
    </div>
  );
}
