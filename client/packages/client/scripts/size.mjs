// What a page downloads of each entry, minified and compressed, against its budget. Peers do not count.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const budgets = [
  { entry: "index.js", limit: 8192, external: [] },
  { entry: "react/index.js", limit: 4096, external: [/^react/, /^@freshet\/client$/] },
  { entry: "tanstack-query/index.js", limit: 1024, external: [/^@freshet\/client$/, /^@tanstack/] },
];

let failed = false;
for (const { entry, limit, external } of budgets) {
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      // Not Vite's library mode, which keeps the white space of ES modules.
      rolldownOptions: {
        input: dist + entry,
        external,
        preserveEntrySignatures: "strict",
        output: { minify: true, comments: false },
      },
    },
  });
  const chunks = [result].flat().flatMap(({ output }) => output);
  const bytes = chunks.reduce((sum, { code = "" }) => sum + gzipSync(code, { level: 9 }).length, 0);
  const over = bytes > limit;
  failed ||= over;
  console.log(`${entry.padEnd(24)} ${bytes} of ${limit} bytes gzip${over ? "  TOO BIG" : ""}`);
}
if (failed) process.exit(1);
