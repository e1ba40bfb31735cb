import { word, words } from "../words";

const NAMES = ["car", "data", "sun", "start", "charge", "done"];

/** The way from sun to current, with the step that is live. */
export function Stages({ stages }: { stages: { name: string; live: boolean }[] }) {
  const live = stages.find((stage) => stage.live)?.name;
  return (
    <ol class="stages" aria-label={words.value.stages}>
      {NAMES.map((name) => (
        <li key={name} {...(name === live && { "aria-current": "step" as const })}>{word(words.value.stageNames, name)}</li>
      ))}
    </ol>
  );
}
