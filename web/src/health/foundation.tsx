import { useKept } from "../history/kept";
import { request } from "../request";
import { words } from "../words";
import { Item } from "./item";

/** Broker and store, which all else stands on, as the api finds them. */

interface Found { broker_connected: boolean; store_reachable: boolean }

const RENEWED_MS = 10_000;
const FAULTY = 503; // with the same body

export function useFoundations() {
  const found = useKept(async () => (await (await request("GET", "health", undefined, { told: FAULTY })).json()) as Found, "health", RENEWED_MS);
  const { foundations } = words.value.health;
  if (found.state !== "known") return [];
  const { broker_connected: broker, store_reachable: store } = found.value;
  return [
    <Item key="broker" mark={broker ? "ok" : "away"} name="broker" what={foundations.broker} lines={[broker ? "" : foundations.brokerAway]} />,
    <Item key="store" mark={store ? "ok" : "away"} name="store" what={foundations.store} lines={[store ? "" : foundations.storeAway]} />,
  ];
}
