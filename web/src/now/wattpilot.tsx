import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { brokerIsAway, decision, entities, houseOf, mode, override, session, status } from "../board";
import type { Status, Wattpilot } from "../contract";
import { amps, energy, percent, plain, power } from "../figure";
import { sunShare } from "../history/session";
import { word, words } from "../words";
import { DeadlineOrder } from "./deadline";
import { Figure } from "./figure";
import { ManualNotice } from "./manual";
import { ModeChoice } from "./mode";
import { OverrideOrder } from "./override";
import { isPending } from "./pending";
import { Sentence } from "./sentence";
import { Stages } from "./stages";

/** Gives an order to a Wattpilot by REST: the path below it, and the body. False when it was refused. */
export type Order = (method: string, path: string, body?: unknown) => Promise<boolean>;

/** A Wattpilot: what it does and why, its mode, and a person's orders. */
export function WattpilotCard({ wattpilot, timeZone }: { wattpilot: Wattpilot; timeZone?: string }) {
  const trouble = useSignal("");
  const present = status(wattpilot);
  const why = decision(wattpilot);
  const last = session(wattpilot);
  const charge = last?.ended_at === null ? last : null; // the one that runs

  const orders = { mode: mode(wattpilot), override: override(wattpilot), deadline: wattpilot.deadline };
  const isStored = brokerIsAway.value && isPending(why, orders);

  const order: Order = async (method, path, body) => {
    try {
      await call(method, `wattpilots/${wattpilot.id}${path}`, body);
      trouble.value = "";
      return true;
    } catch (error) {
      trouble.value = `${words.value.failed} ${said(error)}`;
      return false;
    }
  };

  return (
    <article class="card wattpilot">
      <div class="row"><h3>{wattpilot.name}</h3><Badge status={present} /></div>
      <Sentence decision={why} fallback={awaited(wattpilot, present)} />
      <Stages stages={why?.stages ?? []} />
      <ManualNotice manual={present?.manual ?? null} order={order} />
      <dl>
        <Figure name={words.value.power} value={power(present?.power_w)} />
        <Figure name={words.value.offered} value={amps(present?.offered_a)} />
        <Figure name={words.value.phases} value={plain(present?.phases)} />
        <Figure name={words.value.surplus} value={power(why?.inputs.surplus_w)} />
        <Figure name={words.value.sessions.thisTime} value={energy(charge?.energy_wh, 1)} />
        <Figure name={words.value.sessions.ofItSun} value={percent(charge && sunShare(charge))} />
      </dl>
      <ModeChoice wattpilot={wattpilot} mode={orders.mode} order={order} />
      <OverrideOrder holding={orders.override} order={order} {...(timeZone && { timeZone })} />
      <p class="stored" role="status">{isStored && words.value.stored}</p>
      <DeadlineOrder deadline={orders.deadline} forecast={why?.forecast ?? null} order={order} {...(timeZone && { timeZone })} />
      {trouble.value && <p class="trouble" role="alert">{trouble.value}</p>}
    </article>
  );
}

/** What a Wattpilot without a decision waits for. */
function awaited(wattpilot: Wattpilot, present: Status | null): string {
  const { await: waits } = words.value;
  if (present?.link !== "online") return waits.link;
  if (houseOf(wattpilot) !== null) return waits.decision;
  return entities.value?.houses.length ? waits.house : waits.inverter;
}

function Badge({ status: present }: { status: Status | null }) {
  const isOnline = present?.link === "online";
  const state = !isOnline ? "away" : present.car === "charging" ? "charging" : "idle";
  const text = isOnline ? word(words.value.cars, present.car ?? "unknown") : word(words.value.links, present?.link ?? "away");
  return <span class="badge" data-state={state}>{text}</span>;
}
