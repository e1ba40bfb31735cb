import { words } from "../words";
import type { Found } from "./found";
import { Item } from "./item";

/** Broker and store, which all else stands on, as the api finds them. */
export function foundations({ broker_connected: broker, store_reachable: store }: Found) {
  const { foundations } = words.value.health;
  return [
    <Item key="broker" mark={broker ? "ok" : "away"} name="broker" what={foundations.broker} lines={[broker ? "" : foundations.brokerAway]} />,
    <Item key="store" mark={store ? "ok" : "away"} name="store" what={foundations.store} lines={[store ? "" : foundations.storeAway]} />,
  ];
}
