import { useSignal } from "@preact/signals";
import { said } from "../api";
import type { House, Wattpilot } from "../contract";
import { filled, money, number } from "../figure";
import { words } from "../words";
import type { Version } from "./version";

/** From cautious to eager: how much of the power at which a charge starts may be bought. */
const SHARES = { cautious: 1 / 21, careful: 1 / 4, balanced: 1 / 2, eager: 3 / 4 } as const;
type Eagerness = keyof typeof SHARES;
const STEPS = Object.keys(SHARES) as Eagerness[];

/** The slider between never buying and never selling, with what it means in money. */
export function Knob({ version, wattpilot, house }: { version: Version; wattpilot: Wattpilot; house: House | null }) {
  const trouble = useSignal("");
  const { eagerness, kwh_value } = wattpilot.policy;
  const step = Math.max(0, STEPS.indexOf(eagerness as Eagerness));
  const shown = useSignal<number | null>(null);
  const chosen = STEPS[shown.value ?? step] ?? "balanced";
  const { knob } = words.value;

  async function set(index: number) {
    try {
      await version.change({ policy: { eagerness: STEPS[index], kwh_value: null } });
      trouble.value = "";
    } catch (error) {
      trouble.value = `${words.value.failed} ${said(error)}`;
    }
    shown.value = null;
  }

  return (
    <div class="knob">
      <label class="field">
        <span>{knob.title}</span>
        <input type="range" min="0" max={STEPS.length - 1} step="1" value={shown.value ?? step} aria-valuetext={knob.steps[chosen]}
          onInput={(event) => { shown.value = event.currentTarget.valueAsNumber; }} onChange={(event) => void set(event.currentTarget.valueAsNumber)} />
      </label>
      <div class="ends" aria-hidden="true"><span>{knob.steps.cautious}</span><span>{knob.steps.eager}</span></div>
      <p role="status">
        <strong>{knob.steps[chosen]}.</strong> {kwh_value !== null && shown.value === null
          ? filled(knob.byValue, { value: money(kwh_value, house?.currency) })
          : meaning(SHARES[chosen], house)}
      </p>
      {trouble.value && <p class="trouble" role="alert">{trouble.value}</p>}
    </div>
  );
}

/** What a share of bought power means: what a kWh in the car may cost when charging starts. */
function meaning(share: number, house: House | null): string {
  const { knob } = words.value;
  const text = filled(knob.share, { share: number(share * 100, 0) });
  if (!house) return text;
  const { currency, feed_in_price: feedIn, import_price: bought } = house;
  const price = feedIn + share * (bought - feedIn);
  return `${text} ${filled(knob.money, { price: money(price, currency), feedIn: money(feedIn, currency), bought: money(bought, currency) })}`;
}
