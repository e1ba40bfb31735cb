import { brokerIsAway, status } from "../board";
import type { Wattpilot } from "../contract";
import { filled } from "../figure";
import { word, words } from "../words";
import { Item } from "./item";
import { type Part, troubles } from "./part";

/** A Wattpilot: whether its bridge reaches it, whose hand is at it, and what to do. */
export function WattpilotItem({ wattpilot, parts }: { wattpilot: Wattpilot; parts: Part[] }) {
  const { health, links } = words.value;
  const present = status(wattpilot);
  const link = present?.link ?? "away";
  const isWell = !brokerIsAway.value && parts.every((part) => part.verdict === "ok") && !present?.error;
  const mark = link !== "online" ? "away" : isWell ? "ok" : "waits";
  const device = [present?.device_type?.replaceAll("_", " "), present?.firmware].filter(Boolean).join(" ");
  return (
    <Item mark={mark} name={wattpilot.name} what={word(links, link)} lines={[
      present ? "" : health.noBridge,
      ...troubles(parts),
      present?.error ? filled(health.boxError, { number: String(present.error) }) : "",
      device,
    ]} />
  );
}
