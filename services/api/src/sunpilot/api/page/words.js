// Every text of the page, in English and German, and numbers as the language writes them.

const ENGLISH = {
  ago: "ago",
  amps: "Amps per phase",
  cancel: "Cancel",
  car: "Car",
  clear: "Let the mode hold again",
  connected: "Live",
  connecting: "Connecting …",
  disconnected: "Disconnected, trying again …",
  duration: "How long",
  energy: "Counter",
  failed: "That did not work:",
  feedIn: "feed-in",
  fixedA: "Fixed current",
  grid: "Grid",
  home: "Home",
  import: "import",
  key: "API key",
  keyChange: "A change needs the API key. It stays in this tab only.",
  keyNeeded: "Enter the API key to see anything.",
  keyShow: "The key is in the api's key file: “make key”, or “docker compose exec api sunpilot-key”.",
  keyUse: "Use this key",
  keyWrong: "That key was not right.",
  looseTitle: "Not in a house yet",
  looseText: "Name this Wattpilot in the inverter of its house:",
  measureNow: "Measure now",
  consent: "Allow at SolarEdge",
  mode: "Mode",
  noDecision: "No decision yet.",
  noOrder: "Nothing ordered: the mode holds.",
  noReading: "No reading yet",
  offered: "Offered",
  open: "Enter key",
  orders: "Just this once",
  overrideUntil: "{what} until {time}, {left} left",
  overrideUnplug: "{what} until unplug, at most {left}",
  phases: "Phases",
  power: "Power",
  services: "Services",
  stages: "On the way from sun to current",
  sun: "Sun",
  surplus: "Surplus",
  unplug: "until unplug",
  waitsFor: "waits for",
  away: "away",
  standings: { ok: "", standby: "stands by", silent: "silent", offline: "away" },
  next: {
    title: "Welcome. Two steps to go:",
    inverter: "Add your inverter, so that Sunpilot knows the sun and the house:",
    wattpilot: "Tell the bridge where your Wattpilot is: WATTPILOT_HOST and WATTPILOT_PASSWORD (in .env with Docker), then start it again.",
    more: "All settings and their meaning: ",
  },
  modes: { sun: "Sun", minimum: "Minimum", full: "Full", off: "Off", fixed: "Fixed" },
  overrides: { full: "Full power", off: "Off", fixed: "Fixed" },
  cars: { idle: "no car", charging: "charging", waiting: "car waits", complete: "car done", error: "error" },
  links: {
    unconfigured: "not set up",
    connecting: "connecting",
    authenticating: "logging in",
    wrong_password: "wrong password",
    initialising: "starting",
    online: "online",
  },
  stageNames: { car: "Car", data: "Data", sun: "Sun", start: "Start", charge: "Charge", done: "Done" },
};

const GERMAN = {
  ago: "alt",
  amps: "Ampere je Phase",
  cancel: "Abbrechen",
  car: "Auto",
  clear: "Wieder nach Modus",
  connected: "Live",
  connecting: "Verbinde …",
  disconnected: "Getrennt, versuche es wieder …",
  duration: "Wie lange",
  energy: "Zähler",
  failed: "Das ging nicht:",
  feedIn: "Einspeisung",
  fixedA: "Fester Strom",
  grid: "Netz",
  home: "Haus",
  import: "Bezug",
  key: "API-Schlüssel",
  keyChange: "Eine Änderung braucht den API-Schlüssel. Er bleibt nur in diesem Tab.",
  keyNeeded: "Gib den API-Schlüssel ein, um etwas zu sehen.",
  keyShow: "Der Schlüssel steht in der Schlüsseldatei der API: „make key“ oder „docker compose exec api sunpilot-key“.",
  keyUse: "Schlüssel verwenden",
  keyWrong: "Dieser Schlüssel war nicht richtig.",
  looseTitle: "Noch in keinem Haus",
  looseText: "Nenne diesen Wattpilot im Wechselrichter seines Hauses:",
  measureNow: "Jetzt messen",
  consent: "Bei SolarEdge zustimmen",
  mode: "Modus",
  noDecision: "Noch keine Entscheidung.",
  noOrder: "Nichts bestellt: der Modus gilt.",
  noReading: "Noch kein Messwert",
  offered: "Angebot",
  open: "Schlüssel eingeben",
  orders: "Nur dieses Mal",
  overrideUntil: "{what} bis {time}, noch {left}",
  overrideUnplug: "{what} bis zum Ausstecken, höchstens {left}",
  phases: "Phasen",
  power: "Leistung",
  services: "Dienste",
  stages: "Von der Sonne zum Strom",
  sun: "Sonne",
  surplus: "Überschuss",
  unplug: "bis zum Ausstecken",
  waitsFor: "wartet auf",
  away: "weg",
  standings: { ok: "", standby: "steht bereit", silent: "meldet sich nicht", offline: "weg" },
  next: {
    title: "Willkommen. Noch zwei Schritte:",
    inverter: "Trage deinen Wechselrichter ein, damit Sunpilot Sonne und Haus kennt:",
    wattpilot: "Sage der Bridge, wo dein Wattpilot ist: WATTPILOT_HOST und WATTPILOT_PASSWORD (mit Docker in .env), dann starte sie neu.",
    more: "Alle Einstellungen und was sie bedeuten: ",
  },
  modes: { sun: "Sonne", minimum: "Minimum", full: "Voll", off: "Aus", fixed: "Fest" },
  overrides: { full: "Volle Leistung", off: "Aus", fixed: "Fest" },
  cars: { idle: "kein Auto", charging: "lädt", waiting: "Auto wartet", complete: "Auto fertig", error: "Fehler" },
  links: {
    unconfigured: "nicht eingerichtet",
    connecting: "verbindet",
    authenticating: "meldet sich an",
    wrong_password: "falsches Passwort",
    initialising: "startet",
    online: "online",
  },
  stageNames: { car: "Auto", data: "Daten", sun: "Sonne", start: "Start", charge: "Laden", done: "Fertig" },
};

export const language = navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
export const words = language === "de" ? GERMAN : ENGLISH;

const UNKNOWN = "–";

/** A number with a fixed count of decimals, as the language writes it. */
function number(value, decimals) {
  return value.toLocaleString(navigator.language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Watts below a kilowatt as such, above as kW; unknown is a dash, never 0. */
export function power(watts) {
  if (watts == null) return UNKNOWN;
  return Math.abs(watts) < 1000 ? `${number(Math.round(watts), 0)} W` : `${number(watts / 1000, 1)} kW`;
}

export function amps(value) {
  return value == null ? UNKNOWN : `${number(value, 0)} A`;
}

export function energy(wattHours) {
  return wattHours == null ? UNKNOWN : `${number(wattHours / 1000, 0)} kWh`;
}

export function plain(value) {
  return value == null ? UNKNOWN : String(value);
}

/** Seconds as a person says them. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  const minutes = Math.round(whole / 60);
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

export function timeOfDay(milliseconds, timeZone) {
  return new Date(milliseconds).toLocaleTimeString(navigator.language, { hour: "2-digit", minute: "2-digit", timeZone });
}

/** A sentence in which no number is parted from its unit. */
export function unbroken(text) {
  return text.replace(/(\d) (?=(A|W|kW|kWh|s|min|h)\b)/g, "$1\u00a0");
}

/** A text with {places} filled in. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
