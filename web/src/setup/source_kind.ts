import type { Settings, Source } from "../contract";
import type { Field } from "./field";

/** The kinds of sources of readings, and what each asks for. */

export const KINDS = ["solaredge-modbus", "mqtt-meter", "solaredge v2", "solaredge v1"] as const;
export type Kind = (typeof KINDS)[number];

/** What tells a kind in the api. */
export const NAMED: Record<Kind, Settings> = {
  "solaredge-modbus": { kind: "solaredge-modbus" },
  "mqtt-meter": { kind: "mqtt-meter" },
  "solaredge v2": { kind: "solaredge", api: "v2" },
  "solaredge v1": { kind: "solaredge", api: "v1" },
};

export function kindOf(source: Source): Kind {
  return KINDS.find((kind) => kind === (source.kind === "solaredge" ? `solaredge ${source.api}` : source.kind)) ?? "mqtt-meter";
}

const HOST = "[A-Za-z0-9._:\\-]{1,253}";
const PORT = { kind: "number", least: 1, most: 65535, step: 1 } as const;
const SITE: Field = { at: "site_id", kind: "text", pattern: "[0-9]{1,12}", needed: true };
const TOKEN: Field = { at: "token", kind: "secret", needed: true };

const PRESETS = [
  "shelly-3em", "shelly-pro-3em", "shelly-pro-3em-rpc", "tasmota-sml", "tibber-bridge", "sma-bridge", "evcc", "openwb",
  "solaredge2mqtt", "home-assistant",
];

/** In the topics of these, all have the same name. */
const NAMED_ALIKE: unknown[] = ["evcc", "openwb", "solaredge2mqtt"];

const hasPreset = (draft: Settings) => draft["preset"] != null;
const needsDevice = (draft: Settings) => hasPreset(draft) && !NAMED_ALIKE.includes(draft["preset"]);
const hasNone = (draft: Settings) => draft["preset"] == null;
const isOauth = (draft: Settings) => draft["access"] === "oauth";
/** Own topics of a meter at the connection; one that was set by REST to measure in another way needs none. */
const isAtGrid = (draft: Settings) => draft["role"] === "grid" && draft["grid_import"] == null && draft["phases"] == null;
const isAtRoof = (draft: Settings) => draft["role"] === "pv";
const hasBroker = (draft: Settings) => draft["broker"] != null;

export const FIELDS: Record<Kind, readonly Field[]> = {
  "solaredge-modbus": [
    { at: "host", kind: "text", pattern: HOST, needed: true },
    { at: "port", ...PORT },
    { at: "unit", kind: "number", least: 1, most: 247, step: 1 },
    { at: "meter", kind: "number", least: 1, most: 3, step: 1 },
  ],
  "mqtt-meter": [
    { at: "preset", kind: "choice", options: ["", ...PRESETS] },
    { at: "device", kind: "text", needed: needsDevice, when: hasPreset },
    { at: "grid.topic", kind: "text", needed: isAtGrid, when: hasNone },
    { at: "grid.path", kind: "text", when: hasNone },
    { at: "pv.topic", kind: "text", needed: isAtRoof, when: hasNone },
    { at: "pv.path", kind: "text", when: hasNone },
    { at: "invert", kind: "switch" },
    { at: "broker.host", kind: "text", pattern: HOST },
    { at: "broker.port", ...PORT, needed: true, when: hasBroker },
    { at: "broker.username", kind: "text", when: hasBroker },
    { at: "token", kind: "secret", when: hasBroker },
  ],
  "solaredge v2": [
    SITE,
    { at: "access", kind: "choice", options: ["key", "oauth"] },
    { at: "client_id", kind: "text", needed: true, when: isOauth },
    TOKEN,
    { at: "calls_per_month", kind: "number", least: 1, most: 1_000_000, step: 1, needed: true },
  ],
  "solaredge v1": [SITE, TOKEN, { at: "calls_per_day", kind: "number", least: 1, most: 1_000_000, step: 1, needed: true }],
};

/** Settings that few need. */
export const MORE: Record<Kind, readonly Field[]> = {
  "solaredge-modbus": [],
  "mqtt-meter": [
    { at: "maximum_age_s", kind: "number", least: 2, most: 3600, needed: true },
    { at: "broker.tls", kind: "switch", when: hasBroker },
  ],
  "solaredge v2": [],
  "solaredge v1": [],
};

/** What a new source begins with. */
export const USUAL: Record<Kind, Settings> = {
  "solaredge-modbus": {},
  "mqtt-meter": { preset: "shelly-pro-3em", invert: false, broker: null, maximum_age_s: 60 },
  "solaredge v2": { access: "key", calls_per_month: 2000 },
  "solaredge v1": { calls_per_day: 290 },
};

/** A broker without a port speaks on this one. */
export const BROKER_PORT = 1883;
