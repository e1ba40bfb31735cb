import type { Deadline, Text } from "../contract";
import { filled, number, timeOfDay, unbroken } from "../figure";
import { language, words } from "../words";
import type { Order } from "./wattpilot";

interface Props { deadline: Deadline | null; forecast: Text | null; timeZone?: string; order: Order }

/** So much energy by a time: from the sun first, from the grid as late as is still in time. */
export function DeadlineOrder({ deadline, forecast, timeZone, order }: Props) {
  const { clearDeadline, deadlineAt, deadlineKwh, deadlineTitle, setDeadline } = words.value;

  function give(event: SubmitEvent) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const kwh = String(fields.get("kwh"));
    void order("PUT", "/deadline", { energy_kwh: kwh === "" ? null : Number(kwh), at: String(fields.get("at")) });
  }

  return (
    <details>
      <summary>{deadlineTitle}{deadline && `: ${heldText(deadline, timeZone)}`}</summary>
      {forecast && <p class="quiet">{unbroken(forecast[language.value])}</p>}
      <form class="orders" onSubmit={give}>
        <label class="pair">{deadlineKwh} <input type="number" name="kwh" min="1" max="200" step="any" inputMode="decimal" /> kWh</label>
        <label class="pair">{deadlineAt} <input type="time" name="at" required defaultValue="07:00" /></label>
        <button type="submit">{setDeadline}</button>
        {deadline && <button type="button" onClick={() => void order("DELETE", "/deadline")}>{clearDeadline}</button>}
      </form>
    </details>
  );
}

function heldText(deadline: Deadline, timeZone: string | undefined): string {
  const { deadlineFull, deadlineHeld } = words.value;
  const what = deadline.energy_kwh === null ? deadlineFull : `${number(deadline.energy_kwh, 0)}\u00a0kWh`;
  return filled(deadlineHeld, { what, time: timeOfDay(deadline.at, timeZone) });
}
