import { useEffect, useRef, useState } from "preact/hooks";
import type { House } from "../contract";
import { words } from "../words";
import { samples, useKept } from "../history/kept";

const RENEWED_MS = 60_000;

/** The last hours as a chart: sun, home with car, car, and grid. */
export function Today({ house }: { house: House }) {
  const kept = useKept(() => samples(house.id), `${house.id}`, RENEWED_MS);
  const place = useRef<HTMLDivElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  const language = words.value;

  useEffect(() => {
    if (kept.state !== "known" || kept.value.length < 2 || !place.current) return;
    let remove: (() => void) | null = null;
    let isGone = false;
    void import("./chart").then(({ draw }) => {
      if (isGone || !place.current) return;
      remove = draw(place.current, kept.value, language, house.time_zone);
      setDrawn(true);
    });
    return () => { isGone = true; remove?.(); };
  }, [kept, language, house.time_zone]);

  const isEmpty = kept.state === "absent" || (kept.state === "known" && kept.value.length < 2);
  const text = kept.state === "failed" ? kept.text : kept.state === "absent" ? language.notKept : language.noHistory;
  return (
    <figure class={isEmpty ? "today" : "today is-kept"}>
      <figcaption>{language.today}</figcaption>
      <div ref={place} class="chart" />
      {!isDrawn && kept.state !== "waiting" && <p class="quiet">{text}</p>}
    </figure>
  );
}
