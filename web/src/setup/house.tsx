import type { House } from "../contract";
import { language } from "../words";
import type { Field } from "./field";
import { SettingsForm } from "./settings_form";
import { useVersion } from "./version";

const PRICE = { kind: "number", least: 0, most: 10, needed: true } as const;
const PLACE = { kind: "number", needed: true } as const;

const NAME: Field = { at: "name", kind: "text", needed: true };

const FIELDS: readonly Field[] = [
  { at: "fuse_a", kind: "number", least: 10, most: 250, needed: true },
  { at: "unbalance_a", kind: "number", least: 0, most: 250, needed: true },
  { at: "latitude", ...PLACE, least: -90, most: 90 },
  { at: "longitude", ...PLACE, least: -180, most: 180 },
  { at: "time_zone", kind: "text", needed: true },
];

const MORE: readonly Field[] = [
  { at: "battery", kind: "choice", options: ["car_first", "battery_first", "ignore"] },
  { at: "battery_soc_pct", kind: "number", least: 0, most: 100, needed: true },
  { at: "battery_discharge", kind: "switch" },
];

/** Prices, and the currency that they are in; one that the browser does not know stays as it is. */
function prices({ currency }: House): Field[] {
  const known = Intl.supportedValuesOf("currency");
  const names = new Intl.DisplayNames(language.value, { type: "currency" });
  const options = known.includes(currency) ? known : [currency, ...known];
  return [
    { at: "import_price", ...PRICE, unit: currency },
    { at: "feed_in_price", ...PRICE, unit: currency },
    { at: "currency", kind: "choice", options, names: Object.fromEntries(options.map((code) => [code, `${code} · ${names.of(code)}`])) },
  ];
}

/** A house: prices, fuse, place, and who goes first with a home battery. */
export function HouseForm({ house }: { house: House }) {
  const version = useVersion(`houses/${house.id}`);
  return (
    <section class="card" aria-label={house.name}>
      <h3>{house.name}</h3>
      <SettingsForm version={version} values={house} fields={[NAME, ...prices(house), ...FIELDS]} more={MORE} />
    </section>
  );
}
