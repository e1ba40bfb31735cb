/** What the api says, as far as the page shows it. Signs: grid + import, battery + charging; unknown is null. */

export interface Text { en: string; de: string }

export interface Reading {
  source: string;
  measured_at: string | null;
  received_at: string;
  grid_w: number | null;
  pv_w: number | null;
  load_w: number | null;
  battery_w: number | null;
  soc_pct: number | null;
  quality: string;
}

export interface SourceState {
  outcome: string;
  text: Text;
  at: string;
  next_fetch_at: string | null;
  calls_used: number | null;
  calls_left: number | null;
  is_fallback: boolean;
  first: Text | null;
}

export interface Limits {
  installation_a: number | null;
  cable_a: number | null;
  adapter_a: number | null;
  temperature_a: number | null;
}

export interface Manual { since: string; reason: string; key: string | null; seconds_left: number | null }

export interface Status {
  link: string;
  car: string | null;
  power_w: number | null;
  phases: number | null;
  offered_a: number | null;
  limits: Limits;
  energy_wh: number | null;
  error: number | null;
  device_type: string | null;
  firmware: string | null;
  manual: Manual | null;
}

export interface Decision {
  at: string;
  reason: string;
  text: Text;
  mode: string;
  /** The kind of the override that it obeyed. */
  override: string | null;
  forecast: Text | null;
  stages: { name: string; live: boolean }[];
  /** Seconds to what it waits for, by reason. */
  countdowns?: Record<string, number>;
  inputs: { own_w: number | null; surplus_w: number | null };
}

export interface Override { kind: string; amps: number | null; set_at: string; ends_at: string; ends_on_unplug: boolean }

export interface Deadline { energy_kwh: number | null; at: string; set_at: string }

/** Settings by name; which there are depends on the kind. A secret is never among them. */
export type Settings = { [name: string]: unknown };

export interface Source extends Settings { kind: string; api?: string; access?: string; has_token: boolean }

/** Whether an inverter measures its house's connection too, or generation alone. */
export type Role = "grid" | "pv";

export interface Inverter {
  id: number;
  name: string;
  role: Role;
  house_id: number;
  wattpilot_id: number | null;
  smart_charging_enabled: boolean;
  source: Source;
  fallback: Source | null;
}

export interface House extends Settings {
  id: number;
  name: string;
  time_zone: string;
  import_price: number;
  feed_in_price: number;
  /** By its code (ISO 4217). */
  currency: string;
}

export interface Wattpilot extends Settings {
  id: number;
  name: string;
  mode: string;
  fixed_a: number;
  house_id: number | null;
  policy: Settings & { eagerness: string; kwh_value: number | null };
  deadline: Deadline | null;
}

export interface Service { standing: string; version: string; waits_for: string[]; waits: { code: string; text: Text }[]; dropped: number; uptime_s: number | null }

export interface Trial { outcome: string; text: Text; reading: Reading | null; device: string | null }

/** Powers of a house at one time. */
export interface Sample {
  at: string;
  grid_w: number | null;
  pv_w: number | null;
  load_w: number | null;
  battery_w: number | null;
  car_w: number | null;
}

/**
 * A day's energies in Wh, of the time for which there were readings. The sun is of the part of it in which all of it was
 * known, and of the export just that in the same time; null of days that an older version began.
 */
export interface Day {
  day: string;
  measured_s: number;
  pv_measured_s: number | null;
  pv_wh: number | null;
  pv_export_wh: number | null;
  import_wh: number;
  export_wh: number;
  car_wh: number | null;
  car_sun_wh: number | null;
}
