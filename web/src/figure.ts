import { locale } from "./words";

/** Numbers and times as a person reads them. */

const UNKNOWN = "–";
/** A space at which no line breaks. */
const NARROW = "\u00a0";

export function number(value: number, decimals: number): string {
  return value.toLocaleString(locale.value, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Watts below a kilowatt as such, above as kW; unknown is a dash, never 0. */
export function power(watts: number | null | undefined): string {
  if (watts == null) return UNKNOWN;
  const value = Math.abs(watts) < 1000 ? number(Math.round(watts), 0) : number(watts / 1000, 1);
  return `${value}${NARROW}${Math.abs(watts) < 1000 ? "W" : "kW"}`;
}

export function amps(value: number | null | undefined): string {
  return value == null ? UNKNOWN : `${number(value, 0)}${NARROW}A`;
}

export function energy(wattHours: number | null | undefined, decimals = 0): string {
  return wattHours == null ? UNKNOWN : `${number(wattHours / 1000, decimals)}${NARROW}kWh`;
}

/** A share of 1, in percent. */
export function percent(share: number | null | undefined): string {
  return share == null ? UNKNOWN : `${number(share * 100, 0)}${NARROW}%`;
}

/** An amount in a currency, by its code; without one, where there is no house whose it could be. */
export function money(amount: number | null | undefined, currency: string | undefined): string {
  if (amount == null) return UNKNOWN;
  if (currency === undefined) return number(amount, 2);
  return amount.toLocaleString(locale.value, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function plain(value: number | null | undefined): string {
  return value == null ? UNKNOWN : String(value);
}

/** Seconds as a person says them. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.round(whole / 60);
  if (whole < 90) return `${whole}${NARROW}s`;
  if (minutes < 90) return `${minutes}${NARROW}min`;
  const hours = `${Math.floor(minutes / 60)}${NARROW}h`;
  return minutes % 60 ? `${hours} ${minutes % 60}${NARROW}min` : hours;
}

export function timeOfDay(time: number | string, timeZone?: string): string {
  return new Date(time).toLocaleTimeString(locale.value, { hour: "2-digit", minute: "2-digit", ...(timeZone && { timeZone }) });
}

const DAYS = new Map<string, Intl.DateTimeFormat>();

/** The day at a time, as in 2026-06-21, in a time zone. */
export function dayAt(time: number | string, timeZone: string): string {
  const format = DAYS.get(timeZone) ?? new Intl.DateTimeFormat("sv", { timeZone });
  DAYS.set(timeZone, format);
  return format.format(new Date(time));
}

/** The year in place of the weekday, where it is not this one. */
function dayOf(time: Date): Intl.DateTimeFormatOptions {
  const former = time.getFullYear() !== new Date().getFullYear();
  return { ...(former ? { year: "numeric" } : { weekday: "short" }), day: "numeric", month: "short" };
}

/** A day with its time. */
export function moment(text: string, timeZone?: string): string {
  const time = new Date(text);
  return time.toLocaleString(locale.value, { ...dayOf(time), hour: "2-digit", minute: "2-digit", ...(timeZone && { timeZone }) });
}

/** A date as in 2026-06-21, as the language writes it. */
export function date(day: string): string {
  const time = new Date(`${day}T12:00:00Z`);
  return time.toLocaleDateString(locale.value, dayOf(time));
}

/** A sentence in which no number is parted from its unit. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=(A|W|kW|kWh|s|min|h)\b)/g, `$1${NARROW}`);
}

/** A text with {places} filled in. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
