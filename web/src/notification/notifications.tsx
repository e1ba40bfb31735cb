import { useSignal } from "@preact/signals";
import { useListed } from "../setup/listed";
import { words } from "../words";
import type { Target } from "./target";
import { TargetForm } from "./target_form";

/** Where Sunpilot sends word to, and of what. */
export function Notifications() {
  const { entries, read } = useListed<Target>("notifications");
  const isAdding = useSignal(false);
  const { cancel, notifications, setup } = words.value;
  const known = entries.value ?? [];

  async function done() {
    isAdding.value = false;
    await read();
  }

  return (
    <section class="view">
      <h2>{setup.notifications}</h2>
      {known.length === 0 && !isAdding.value && <p class="quiet">{notifications.none}</p>}
      {known.map((target) => (
        <details key={target.id} class="entity">
          <summary>{target.name} <span class="quiet">{target.enabled ? target.service : notifications.off}</span></summary>
          <TargetForm target={target} onDone={done} />
        </details>
      ))}
      {isAdding.value && <TargetForm target={null} onDone={done} />}
      <div><button type="button" onClick={() => { isAdding.value = !isAdding.value; }}>{isAdding.value ? cancel : notifications.add}</button></div>
    </section>
  );
}
