import { status } from "../board";
import type { Wattpilot } from "../contract";
import { filled } from "../figure";
import { known, word, words } from "../words";
import { Item } from "./item";

/** A Wattpilot: whether its bridge reaches it, whose hand is at it, and what to do. */
export function WattpilotItem({ wattpilot }: { wattpilot: Wattpilot }) {
  const { health, links, manual } = words.value;
  const present = status(wattpilot);
  const link = present?.link ?? "away";
  const mark = link !== "online" ? "away" : present?.manual || present?.error ? "waits" : "ok";
  const device = [present?.device_type?.replaceAll("_", " "), present?.firmware].filter(Boolean).join(" ");
  return (
    <Item mark={mark} name={wattpilot.name} what={word(links, link)} lines={[
      known(health.links, link) ?? "",
      present?.manual ? word(manual, present.manual.reason) : "",
      present?.error ? filled(health.boxError, { number: String(present.error) }) : "",
      device,
    ]} />
  );
}
