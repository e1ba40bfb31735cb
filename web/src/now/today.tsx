import { useEffect, useRef, useState } from "preact/hooks";
import * as clock from "../clock";
import type { Day, House, Sample } from "../contract";
import { dayAt, energy, percent } from "../figure";
import { carShare, dayOf } from "../history/day";
import { days, samples, useKept } from "../history/kept";
import { own, Signs, sun } from "../history/sun";
import { words } from "../words";
import { Figure } from "./figure";

const RENEWED_MS = 60_000;

/** The day so far: its energies, and its powers as a chart. */
export function Today({ house }: { house: House }) {
  const past = useKept(() => samples(house.id), `${house.id}`, RENEWED_MS);
  const totals = useKept(() => days(house.id), `${house.id}`, RENEWED_MS);
  const place = useRef<HTMLDivElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  const isDark = useDark();
  const language = words.value;
  const drawn = past.state === "known" ? ofToday(past.value, house.time_zone) : [];

  useEffect(() => {
    if (drawn.length < 2 || !place.current) return;
    let remove: (() => void) | null = null;
    let isGone = false;
    void import("./chart").then(({ draw }) => {
      if (isGone || !place.current) return;
      remove = draw(place.current, drawn, language, house.time_zone);
      setDrawn(true);
    });
    return () => { isGone = true; remove?.(); };
  }, [past, language, house.time_zone, isDark]);

  const text = past.state === "failed" ? past.text : past.state === "absent" ? language.notKept : language.noHistory;
  return (
    <section class="card today" aria-label={`${language.today}, ${house.name}`}>
      <h2>{language.today}</h2>
      <Totals day={totals.state === "known" ? dayOf(totals.value, today(house.time_zone)) : undefined} />
      <figure class={past.state === "absent" ? "" : "is-kept"}>
        <div ref={place} class="chart" role="img" aria-label={language.chart} />
        {!isDrawn && past.state !== "waiting" && <p class="quiet">{text}</p>}
      </figure>
    </section>
  );
}

function Totals({ day }: { day: Day | undefined }) {
  const { columns } = words.value;
  const known = day ? [day] : [];
  return (
    <>
      <dl>
        <Figure name={columns.sun} value={sun(known)} />
        <Figure name={columns.own} value={own(known)} />
        <Figure name={columns.car} value={energy(day?.car_wh, 1)} />
        <Figure name={columns.share} value={percent(day && carShare(day))} />
        <Figure name={columns.bought} value={energy(day?.import_wh, 1)} />
        <Figure name={columns.sold} value={energy(day?.export_wh, 1)} />
      </dl>
      <Signs days={known} />
    </>
  );
}

/** The samples since the house's midnight; all of them as long as the time is not known. */
function ofToday(all: Sample[], timeZone: string): Sample[] {
  const day = today(timeZone);
  return day === null ? all : all.filter((sample) => dayAt(sample.at, timeZone) === day);
}

/** The day that it is in a time zone; null as long as the time is not known. */
function today(timeZone: string): string | null {
  const present = clock.now();
  return present === null ? null : dayAt(present, timeZone);
}

/** Whether the page is dark now; a chart has its colours from there. */
function useDark(): boolean {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [query]);
  return isDark;
}
