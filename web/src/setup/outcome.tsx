/** What came of something a person asked for. */
export interface Came { isWell: boolean; text: string }

/** What came of it, for eyes and for screen readers. */
export function Outcome({ outcome }: { outcome: Came | null }) {
  return <span class={outcome?.isWell === false ? "trouble" : "done"} role={outcome?.isWell === false ? "alert" : "status"}>{outcome?.text}</span>;
}
