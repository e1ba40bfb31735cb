import { type Plugin, defineConfig } from "vite";

/** A running api. It takes a request for a foreign one unless Host is the page's own, as the browser's Origin is. */
const API = { target: "http://127.0.0.1:7080", changeOrigin: false };

/** Built into the api's own folder, from where it is served under /page/; `npm run dev` talks to a running api. */
export default defineConfig({
  base: "/page/",
  plugins: [packed()],
  build: {
    outDir: "../services/api/src/sunpilot/api/page",
    emptyOutDir: true,
    // The content policy allows the page's own files only: nothing inline, no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { proxy: { "/api": API, "/oauth": API } },
});

/** Each file that is built once more as .gz beside it, which the api sends to browsers that take it. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    generateBundle: {
      order: "post", // the others still change what they have made
      async handler(_options, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          const content = new Blob([file.type === "chunk" ? file.code : (file.source as BlobPart)]);
          const packing = content.stream().pipeThrough(new CompressionStream("gzip"));
          const source = new Uint8Array(await new Response(packing).arrayBuffer());
          this.emitFile({ type: "asset", fileName: `${name}.gz`, source });
        }
      },
    },
  };
}
