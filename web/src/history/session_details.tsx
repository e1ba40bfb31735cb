import { duration, moment, percent, power } from "../figure";
import { reasonWords, words } from "../words";
import { coveredShare, longestFirst, type Session } from "./session";

/** What a session's row does not show: its end, its peak, and why it charged or waited. */
export function SessionDetails({ session, timeZone }: { session: Session; timeZone: string | undefined }) {
  const { sessions: text } = words.value;
  const reasons = longestFirst(session);
  return (
    <>
      <dl>
        <div><dt>{text.until}</dt><dd>{session.ended_at === null ? text.still : moment(session.ended_at, timeZone)}</dd></div>
        <div><dt>{text.peak}</dt><dd>{power(session.peak_w)}</dd></div>
        <div><dt>{text.starts}</dt><dd>{session.starts}</dd></div>
        <div><dt>{text.covered}</dt><dd>{percent(coveredShare(session))}</dd></div>
      </dl>
      {!session.seen_from_start && <p class="quiet">{text.unseen}</p>}
      {reasons.length > 0 && (
        <>
          <h3>{text.why}</h3>
          <ul class="reasons">
            {reasons.map(([reason, held_s]) => <li key={reason}><span>{reasonWords(reason)}</span> <span>{duration(held_s)}</span></li>)}
          </ul>
        </>
      )}
    </>
  );
}
