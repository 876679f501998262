// What a page downloads, minified and compressed, against budgets. Peers do not count, and of the entries that build on
// the core the core does not. The limits are what is reached and a percent or two, for zlib differs between machines.

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const [all, socket] = await Promise.all(["index.js", "websocket/index.js"].map((entry) => import(dist + entry)));

/** What one kind of page takes of the core (`names`), then each entry as a whole. */
const budgets = [
  { name: "a page with EventSourceClient", from: "index.js", names: ["EventSourceClient"], limit: 4416 },
  { name: "a page with Poller", from: "index.js", names: ["Poller"], limit: 3072 },
  { name: "a page with WebSocketClient", from: "websocket/index.js", names: ["WebSocketClient"], limit: 5824 },
  {
    name: ". (core), all but the WebSocket",
    from: "index.js",
    names: Object.keys(all).filter((name) => !(name in socket)),
    limit: 7744,
  },
  { name: ".", from: "index.js", limit: 10_240 },
  { name: "./websocket", from: "websocket/index.js", limit: 2880, own: "websocket" },
  { name: "./models", from: "models/index.js", limit: 3712, own: "models" },
  { name: "./react", from: "react/index.js", limit: 4096, own: "react" },
  { name: "./tanstack-query", from: "tanstack-query/index.js", limit: 1024, own: "tanstack-query" },
];

async function size({ from, names, own }) {
  const entry = "\0entry";
  const exported = names ? `{ ${names.join(", ")} }` : "*";
  const outside = (id, importer) => {
    if (!id.startsWith(".") && !id.startsWith("/") && !id.startsWith("\0")) return true;
    if (!own || !importer || importer === entry) return false;
    return !resolve(dirname(importer), id).startsWith(`${dist}${own}/`);
  };
  const { output } = await build({
    configFile: false,
    logLevel: "error",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? `export ${exported} from ${JSON.stringify(dist + from)};` : undefined),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      // Not Vite's library mode, which keeps the white space of ES modules.
      rolldownOptions: {
        input: entry,
        external: outside,
        preserveEntrySignatures: "strict",
        output: { minify: true, comments: false },
      },
    },
  });
  return output.reduce((sum, { code = "" }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

let failed = false;
for (const budget of budgets) {
  const bytes = await size(budget);
  const over = bytes > budget.limit;
  failed ||= over;
  console.log(
    `${budget.name.padEnd(40)} ${String(bytes).padStart(6)} of ${budget.limit} bytes${over ? "  TOO BIG" : ""}`,
  );
}
if (failed) process.exitCode = 1;
