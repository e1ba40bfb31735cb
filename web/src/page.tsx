import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { LoginDialog } from "./access/dialog";
import { connection, entities, trouble, unlock } from "./board";
import * as clock from "./clock";
import { timeOfDay } from "./figure";
import { Health } from "./health/health";
import { History } from "./history/history";
import { Now } from "./now/now";
import { Footer } from "./footer";
import { type View, VIEWS, view } from "./route";
import { Setup } from "./setup/setup";
import { choose, language, words } from "./words";

const SHOWN: Record<View, ComponentType> = { now: Now, history: History, setup: Setup, health: Health };

/** The whole page: what stands around every view, and the view itself. */
export function Page() {
  const Shown = SHOWN[view.value];
  const title = `${words.value.views[view.value]} · Sunpilot`;
  useEffect(() => { document.title = title; }, [title]);
  const isLocked = connection.value === "locked";
  const isStale = connection.value === "disconnected" && entities.value !== null;
  return (
    <>
      <header>
        <img src="/page/icon.svg" alt="" width="32" height="32" />
        <h1>Sunpilot</h1>
        <Time />
        <p class="connection" role="status" data-state={connection.value}>{words.value.connections[connection.value]}</p>
        <Languages />
      </header>
      <nav aria-label={words.value.navigation}>
        {VIEWS.map((name) => (
          <a key={name} href={`#/${name}`} {...(name === view.value && { "aria-current": "page" as const })}>{words.value.views[name]}</a>
        ))}
      </nav>
      <main class={isStale ? "is-stale" : ""}>
        {isLocked && <p class="notice is-calm row" role="alert">{words.value.login.needed} <button type="button" class="primary" onClick={unlock}>{words.value.login.enter}</button></p>}
        {trouble.value && !isLocked && <p class="notice" role="alert">{trouble.value}</p>}
        {!isLocked && <Shown />}
      </main>
      <Footer />
      <LoginDialog />
    </>
  );
}

function Time() {
  const now = clock.now();
  return <time>{now !== null && timeOfDay(now, entities.value?.houses[0]?.time_zone)}</time>;
}

function Languages() {
  const other = language.value === "de" ? "en" : "de";
  const name = other === "de" ? "Deutsch" : "English";
  return <button type="button" class="language" lang={other} onClick={() => choose(other)}>{name}</button>;
}
