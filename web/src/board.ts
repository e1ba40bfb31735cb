import { computed, signal } from "@preact/signals";
import { answer, askToLogIn } from "./access/question";
import { access, logInByLink, readAccess } from "./access/login";
import { call, said } from "./api";
import * as clock from "./clock";
import type { Decision, House, Inverter, Override, Reading, Service, SourceState, Status, Wattpilot } from "./contract";
import type { Session } from "./history/session";
import { type Connection, follow } from "./stream";

/** What everybody last said, by path, as the live stream gives it; and what is configured, as REST gives it. */

type Values = Record<string, unknown>;

interface Entities { inverters: Inverter[]; houses: House[]; wattpilots: Wattpilot[] }

const RETRY_MS = 5000;

export const connection = signal<Connection>("connecting");
const values = signal<Values>({});
/** Null until it was read for the first time. */
export const entities = signal<Entities | null>(null);
/** Why the configuration cannot be read; empty when it can. */
export const trouble = signal("");

function last<T>(path: string): T | null {
  return (values.value[path] as T | undefined) ?? null;
}

export const reading = (inverter: Inverter) => last<Reading>(`inverter/${inverter.id}/reading`);
export const sourceState = (inverter: Inverter) => last<SourceState>(`inverter/${inverter.id}/source`);
export const status = (wattpilot: Wattpilot) => last<Status>(`wattpilot/${wattpilot.id}/status`);
export const decision = (wattpilot: Wattpilot) => last<Decision>(`wattpilot/${wattpilot.id}/decision`);
export const session = (wattpilot: Wattpilot) => last<Session>(`wattpilot/${wattpilot.id}/session`);
export const override = (wattpilot: Wattpilot) => last<Override>(`wattpilot/${wattpilot.id}/override`);
export const mode = (wattpilot: Wattpilot) => last<string>(`wattpilot/${wattpilot.id}/mode`) ?? wattpilot.mode;

export interface Seen extends Service { name: string; instance: string }

/** All services, by name and instance. */
export const services = computed<Seen[]>(() =>
  Object.entries(values.value)
    .filter(([path]) => path.startsWith("service/"))
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([path, state]) => {
      const [, name = "", instance = ""] = path.split("/");
      return { ...(state as Service), name, instance };
    }));

/** The message broker does not answer the api: nothing new arrives, and no order gets through. */
export const brokerIsAway = computed(() => services.value.some(({ name, waits }) => name === "api" && waits.some((one) => one.code === "broker")));

export const isWell = (service: Seen) => service.standing === "ok" || service.standing === "standby";

export function invertersOf(house: House): Inverter[] {
  return (entities.value?.inverters ?? []).filter((inverter) => inverter.house_id === house.id);
}

/** The house of a Wattpilot: the one that it names itself, otherwise that of the inverter that names it. */
export function houseOf(wattpilot: Wattpilot): number | null {
  const inverter = entities.value?.inverters.find((one) => one.wattpilot_id === wattpilot.id);
  return wattpilot.house_id ?? inverter?.house_id ?? null;
}

export function wattpilotsOf(house: House | null): Wattpilot[] {
  return (entities.value?.wattpilots ?? []).filter((one) => houseOf(one) === (house?.id ?? null));
}

/** Read the configuration; once more later where that fails. */
export async function readEntities(): Promise<void> {
  try {
    const [inverters, houses, wattpilots] = await Promise.all([
      call<Inverter[]>("GET", "inverters"), call<House[]>("GET", "houses"), call<Wattpilot[]>("GET", "wattpilots"),
    ]);
    entities.value = { inverters, houses, wattpilots };
    trouble.value = "";
  } catch (error) {
    trouble.value = said(error);
    setTimeout(() => void readEntities(), RETRY_MS);
  }
}

/** Ask for what reading needs. */
export function unlock(): void {
  void askToLogIn(access.value?.password_is_set === false ? "no-password-yet" : "");
}

let changes: Values = {};

/** Take the changes over once a frame, however many come. */
function take(path: string, value: unknown): void {
  if (Object.keys(changes).length === 0) requestAnimationFrame(() => {
    const gone = Object.entries({ ...values.value, ...changes }).filter(([, one]) => one !== null);
    changes = {};
    values.value = Object.fromEntries(gone);
  });
  changes[path] = value;
}

function onEvent(name: string, data: unknown): void {
  if (name === "snapshot") {
    changes = {};
    const { now, ...known } = data as Values & { now: string };
    values.value = known;
    clock.hear(now);
    void readEntities();
    return;
  }
  const { path, value, at } = data as { path: string; value: unknown; at: string };
  clock.hear(at);
  if (path === "config") void readEntities();
  else take(path, value);
}

/** Nothing stays to be seen for who may not see it. */
async function lock(): Promise<void> {
  changes = {};
  values.value = {};
  entities.value = null;
  await readAccess();
  unlock();
}

/** Nobody need answer any more what was asked while the page was locked. */
function unlocked(): void {
  answer(false);
  void readAccess();
}

/** Begin, and go on for ever. */
export async function start(): Promise<void> {
  await logInByLink();
  void readAccess();
  await follow(onEvent, (state) => {
    const wasLocked = connection.value === "locked";
    connection.value = state;
    if (state === "locked" && !wasLocked) void lock();
    if (state === "connected" && wasLocked) unlocked();
  });
}
