import { useSignal } from "@preact/signals";
import { call, said } from "../api";
import { sourceState } from "../board";
import type { Inverter } from "../contract";
import { words } from "../words";

/** The button that leads to SolarEdge's page of consent, shown while a source waits for one. */
export function ConsentButton({ inverters }: { inverters: Inverter[] }) {
  const trouble = useSignal("");
  const asking = waiting(inverters);
  if (!asking) return null;

  async function allow(inverter: number, source: string) {
    try {
      const back = `${location.origin}/oauth/solaredge`;
      const page = await call<{ url: string }>("POST", `inverters/${inverter}/consent`, { source, redirect_uri: back });
      location.assign(page.url);
    } catch (error) {
      trouble.value = `${words.value.failed} ${said(error)}`;
    }
  }

  return (
    <>
      <button type="button" class="primary" onClick={() => void allow(asking.inverter, asking.source)}>{words.value.consent}</button>
      {trouble.value && <span class="trouble" role="alert">{trouble.value}</span>}
    </>
  );
}

/** The first source that SolarEdge lets nobody read without a consent. */
function waiting(inverters: Inverter[]): { inverter: number; source: "source" | "fallback" } | null {
  for (const inverter of inverters) {
    const state = sourceState(inverter);
    const source = state?.is_fallback ? "fallback" : "source";
    if (state?.outcome === "auth" && inverter[source]?.access === "oauth") return { inverter: inverter.id, source };
  }
  return null;
}
