import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { entities, houseOf, readEntities } from "../board";
import type { Inverter, Role, Settings } from "../contract";
import { words } from "../words";
import { ConsentButton } from "./consent";
import { type Field, Fields } from "./field";
import { Outcome, type Came } from "./outcome";
import { SourceSteps } from "./source";
import { SureButton } from "./sure_button";
import { useVersion } from "./version";

const NAME: readonly Field[] = [{ at: "name", kind: "text", needed: true }];

/** An inverter: added step by step, or changed. `onDone` hears when one was added. */
export function InverterForm({ inverter, onDone }: { inverter: Inverter | null; onDone: () => void }) {
  const version = useVersion(`inverters/${inverter?.id}`);
  const role = useSignal<Role>(inverter?.role ?? "grid");
  const source = useSignal<Settings | null>(null);
  const fallback = useSignal<Settings | null>(null);
  const hasFallback = useSignal(inverter?.fallback != null);
  const outcome = useSignal<Came | null>(null);
  const { add, addInverter, fieldNames, noSecond, save, saved, second, sourceSteps, wantsSecond } = words.value;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const body = { ...identity(new FormData(event.currentTarget as HTMLFormElement), inverter), ...sources() };
    try {
      await (inverter ? version.change(body) : call("POST", "inverters", body));
      version.end();
      await readEntities(); // what is typed next is compared with what is stored now
      outcome.value = { isWell: true, text: saved };
      if (!inverter) onDone();
    } catch (error) {
      outcome.value = { isWell: false, text: `${words.value.failed} ${said(error, hasFallback.value)}` };
    }
  }

  function typed() {
    outcome.value = null;
    if (inverter) version.begin();
  }

  function sources(): Settings {
    const second = hasFallback.value ? fallback.value : inverter?.fallback ? null : undefined;
    return { ...(source.value && { source: source.value }), ...(second !== undefined && (second || !hasFallback.value) && { fallback: second }) };
  }

  return (
    <form class="card" aria-label={inverter?.name ?? addInverter} onSubmit={(event) => void submit(event)} onInput={typed}>
      <div class="row"><h3>{inverter?.name ?? addInverter}</h3>{inverter && <ConsentButton inverters={[inverter]} />}</div>
      {!inverter && <RoleChoice onChoose={(chosen) => { role.value = chosen; }} />}
      <SourceSteps at="source" stored={inverter?.source ?? null} role={role.value} inverter={inverter?.id ?? null} draft={source} />
      <p class="step">{sourceSteps.name}</p>
      <Fields fields={NAME} values={{ name: inverter?.name ?? null }} draft={{}}>
        <WattpilotChoice inverter={inverter} />
        {inverter && (
          <label class="pair">
            <input type="checkbox" name="smart_charging_enabled" defaultChecked={inverter.smart_charging_enabled} /> {fieldNames["smart_charging_enabled"]}
          </label>
        )}
      </Fields>
      <details open={hasFallback.value}>
        <summary>{second}</summary>
        <p class="quiet">{wantsSecond}</p>
        {hasFallback.value
          ? <SourceSteps at="fallback" stored={inverter?.fallback ?? null} role={role.value} inverter={inverter?.id ?? null} draft={fallback} />
          : null}
        <button type="button" onClick={() => { hasFallback.value = !hasFallback.value; }}>{hasFallback.value ? noSecond : add}</button>
      </details>
      <div class="orders">
        <button type="submit" class="primary">{inverter ? save : addInverter}</button>
        {inverter && <RemoveButton inverter={inverter} onTrouble={(text) => { outcome.value = { isWell: false, text }; }} />}
        <Outcome outcome={outcome.value} />
      </div>
    </form>
  );
}

/** Name, house and Wattpilot, as the form says them. */
function identity(fields: FormData, inverter: Inverter | null): Settings {
  const wattpilot = String(fields.get("wattpilot_id") ?? "");
  const shared = { name: String(fields.get("name")), wattpilot_id: wattpilot === "" ? null : Number(wattpilot) };
  if (inverter) return { ...shared, smart_charging_enabled: fields.get("smart_charging_enabled") === "on" };
  const house = String(fields.get("house") ?? "");
  return house === "" ? shared : { ...shared, role: "pv", house_id: Number(house) };
}

/** What a new inverter measures; it comes first, for the settings of its source depend on it. */
function RoleChoice({ onChoose }: { onChoose: (role: Role) => void }) {
  const { addsTo, measuresGrid, role } = words.value;
  const houses = entities.value?.houses ?? [];
  if (houses.length === 0) return null;
  return (
    <label class="field">
      <span>{role}</span>
      <select name="house" onChange={(event) => onChoose(event.currentTarget.value === "" ? "grid" : "pv")}>
        <option value="">{measuresGrid}</option>
        {houses.map((house) => <option key={house.id} value={house.id}>{addsTo} {house.name}</option>)}
      </select>
    </label>
  );
}

/** A new inverter gets the first Wattpilot that reported itself and is in no house yet. */
function WattpilotChoice({ inverter }: { inverter: Inverter | null }) {
  const wattpilots = entities.value?.wattpilots ?? [];
  const chosen = inverter ? inverter.wattpilot_id : wattpilots.find((one) => houseOf(one) === null)?.id ?? null;
  return (
    <label class="field">
      <span>{words.value.fieldNames["wattpilot_id"]}</span>
      <select name="wattpilot_id">
        <option value="">{words.value.none}</option>
        {wattpilots.map((one) => <option key={one.id} value={one.id} selected={one.id === chosen}>{one.name}</option>)}
      </select>
      {wattpilots.length === 0 && <small>{words.value.noWattpilot}</small>}
    </label>
  );
}

/** An inverter goes with its token and, when it is the last in its house, with the house and its prices. */
function RemoveButton({ inverter, onTrouble }: { inverter: Inverter; onTrouble: (text: string) => void }) {
  const isLast = entities.value?.inverters.every((one) => one.id === inverter.id || one.house_id !== inverter.house_id);

  async function remove() {
    try {
      await call("DELETE", `inverters/${inverter.id}${isLast ? "?with_house=true" : ""}`);
      await readEntities();
    } catch (error) {
      onTrouble(`${words.value.failed} ${said(error)}`);
    }
  }

  return <SureButton text={words.value.remove} {...(isLast && { warning: words.value.removesHouse })} onSure={() => void remove()} />;
}
