import { call } from "../api";
import { words } from "../words";
import { useKept } from "./kept";

/** Where Grafana is; both are null where there is none. */
interface Place { recording: boolean; grafana_url: string | null; grafana_port: number | null }

const RENEWED_MS = 300_000;

/** The way to Grafana, which shows the years; nothing where there is none. */
export function GrafanaLink() {
  const kept = useKept(() => call<Place>("GET", "history"), "history", RENEWED_MS);
  const address = kept.state === "known" ? addressOf(kept.value) : null;
  if (!address) return null;
  return <p class="card"><a href={address} target="_blank" rel="noopener">{words.value.grafana}</a></p>;
}

/** Grafana's own address or, where it has none of its own, its port at the page's host. */
function addressOf({ grafana_url, grafana_port }: Place): string | null {
  return grafana_url ?? (grafana_port === null ? null : `http://${location.hostname}:${grafana_port}`);
}
