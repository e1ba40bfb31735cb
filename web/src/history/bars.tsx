import type { Day } from "../contract";
import { date, energy } from "../figure";
import { words } from "../words";

/** The last days as bars: upwards the sun, used in the house and sold; downwards what was bought. */

const SHOWN = 31;
const BAR = { width: 20, step: 26 };
const UP = 120;
const DOWN = 50;

export function DayBars({ days }: { days: Day[] }) {
  const shown = [...days].sort((one, other) => one.day.localeCompare(other.day)).slice(-SHOWN);
  const { columns } = words.value;
  const most = Math.max(1, ...shown.map((day) => Math.max(day.pv_wh ?? 0, (day.import_wh * UP) / DOWN)));
  const height = (wattHours: number) => (wattHours / most) * UP;
  return (
    <figure class="bars">
      <svg viewBox={`0 0 ${SHOWN * BAR.step} ${UP + DOWN}`} role="img" aria-label={columns.title}>
        {shown.map((day, index) => {
          const own = Math.max(0, (day.pv_wh ?? 0) - day.export_wh);
          const sold = Math.min(day.export_wh, day.pv_wh ?? 0);
          return (
            <g key={day.day} transform={`translate(${index * BAR.step + 3} ${UP})`}>
              <title>{`${date(day.day)}: ${columns.sun} ${energy(day.pv_wh, 1)}, ${columns.bought} ${energy(day.import_wh, 1)}`}</title>
              <rect class="own" width={BAR.width} y={-height(own)} height={height(own)} />
              <rect class="sold" width={BAR.width} y={-height(own + sold)} height={height(sold)} />
              <rect class="bought" width={BAR.width} y="1" height={height(day.import_wh)} />
            </g>
          );
        })}
        <path class="zero" d={`M0 ${UP}H${SHOWN * BAR.step}`} />
      </svg>
      <figcaption><span class="own">{columns.ownSun}</span><span class="sold">{columns.sold}</span><span class="bought">{columns.bought}</span></figcaption>
    </figure>
  );
}
