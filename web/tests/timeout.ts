import { env, exit } from "node:process";

const LIMIT_MS = 30_000;

/**
 * A file of tests that is not done by then fails, and is named: it waits for ever, or has left a timer or a stream open.
 * The runner's own time-out ends such a file in some versions of Node.js only. The runner itself goes on.
 */
if (env["NODE_TEST_CONTEXT"]) setTimeout(() => exit(1), LIMIT_MS).unref();
