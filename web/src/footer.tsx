import { access, isLoggedIn, logOut } from "./access/login";
import { unlock } from "./board";
import { words } from "./words";

/** What stands below every view: who is logged in, and the way to everything that scripts can do. */
export function Footer() {
  const { login, setup } = words.value;
  return (
    <footer>
      {access.value && (isLoggedIn()
        ? <button type="button" class="link" onClick={() => void logOut().catch(() => undefined)}>{login.leave}</button>
        : <>
            {access.value.open_reading && <span>{login.openReading}</span>}
            <button type="button" class="link" onClick={unlock}>{login.enter}</button>
          </>)}
      <a href="/docs">{setup.rest}</a>
    </footer>
  );
}
