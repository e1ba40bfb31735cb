import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

/** Each file of tests is built for itself, and run in a process of its own: one that hangs is named. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: "node_modules/.cache/tests",
    emptyOutDir: true,
    rolldownOptions: {
      input: readdirSync("tests").filter((name) => /^(browser|timeout|.*\.test)\.ts$/.test(name)).map((name) => `tests/${name}`),
    },
  },
});
