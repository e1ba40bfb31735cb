import type { Reading, Role, Trial } from "../contract";
import { filled, percent, power } from "../figure";
import { language, sentence, words } from "../words";

/** What came of trying a source: the reading in words, or what is wrong and what to do. */
export function TrialResult({ trial, role }: { trial: Trial; role: Role }) {
  const isWell = trial.reading !== null && (trial.outcome === "ok" || trial.outcome === "unchanged");
  return (
    <div class={isWell ? "trial is-well" : "trial"}>
      <p><strong>{isWell ? words.value.trial.works : words.value.trial.fails}</strong> {!isWell && trial.text[language.value]}</p>
      {trial.device && <p class="quiet">{trial.device}</p>}
      {trial.reading && <p>{told(trial.reading, role)}</p>}
    </div>
  );
}

/** The reading as a person says it, so that a meter mounted the wrong way round is seen, and what is missing that is meant to be measured. */
function told(reading: Reading, role: Role): string {
  const { trial } = words.value;
  const { battery_w, grid_w, load_w, pv_w, soc_pct } = reading;
  const parts: string[] = [];
  if (grid_w !== null) parts.push(filled(grid_w < 0 ? trial.feedsIn : trial.buys, { power: power(Math.abs(grid_w)) }));
  else if (role === "grid") parts.push(trial.noGrid);
  if (pv_w === null && role === "pv") parts.push(trial.noSun);
  if (pv_w !== null) parts.push(filled(trial.sun, { power: power(pv_w) }));
  if (load_w !== null) parts.push(filled(trial.home, { power: power(load_w) }));
  if (battery_w !== null) parts.push(filled(battery_w < 0 ? trial.discharges : trial.charges, { power: power(Math.abs(battery_w)) }));
  if (soc_pct !== null) parts.push(filled(trial.soc, { share: percent(soc_pct / 100) }));
  return sentence(parts.join(", "));
}
