/** All tests of the page's own logic, as one file that Node.js runs: `npm test`. What needs a browser is in tests/e2e. */
import "./browser";
import "./countdown.test";
import "./day.test";
import "./figure.test";
import "./merged.test";
import "./part.test";
import "./refusal.test";
import "./session.test";
