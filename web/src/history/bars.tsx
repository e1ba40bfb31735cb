import type { Day } from "../contract";
import { date, energy } from "../figure";
import { words } from "../words";
import { own_wh } from "./day";
import { sun } from "./sun";

/** The last days as bars: upwards the sun, used in the house and sold; downwards what was bought. */

const MOST = 31;
/** Room for so many, also where there are fewer: two days are no two towers. */
const LEAST = 14;
const BAR = { width: 20, step: 26 };
const HEIGHT = 170;

export function DayBars({ days }: { days: Day[] }) {
  const shown = [...days].sort((one, other) => one.day.localeCompare(other.day)).slice(-MOST);
  const width = Math.max(LEAST, shown.length) * BAR.step;
  const { columns } = words.value;
  const up_wh = Math.max(1, ...shown.map((day) => (own_wh(day) ?? 0) + day.export_wh));
  const down_wh = Math.max(0, ...shown.map((day) => day.import_wh));
  const height = (wattHours: number) => (wattHours / (up_wh + down_wh)) * HEIGHT;
  const zero = height(up_wh);
  return (
    <figure class="bars">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={columns.title}>
        {shown.map((day, index) => {
          const own = own_wh(day) ?? 0;
          const sold = day.export_wh;
          return (
            <g key={day.day} transform={`translate(${index * BAR.step + 3} ${zero})`}>
              <title>{`${date(day.day)}: ${columns.sun} ${sun([day])}, ${columns.bought} ${energy(day.import_wh, 1)}`}</title>
              <rect class="own" width={BAR.width} y={-height(own)} height={height(own)} />
              <rect class="sold" width={BAR.width} y={-height(own + sold)} height={height(sold)} />
              <rect class="bought" width={BAR.width} height={height(day.import_wh)} />
            </g>
          );
        })}
        <path class="zero" d={`M0 ${zero}H${width}`} />
      </svg>
      <figcaption><span class="own">{columns.ownSun}</span><span class="sold">{columns.sold}</span><span class="bought">{columns.bought}</span></figcaption>
    </figure>
  );
}
