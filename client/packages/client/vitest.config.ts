import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const react18 = (name: string) => fileURLToPath(new URL(`../../compat/react-18/node_modules/${name}`, import.meta.url));

const common = { maxWorkers: 1, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    ...common,
    projects: [
      { test: { ...common, name: "client", include: ["test/**/*.test.ts"] } },
      {
        // The same tests of the hooks once more.
        resolve: {
          alias: [
            { find: /^react(\/.*)?$/, replacement: `${react18("react")}$1` },
            { find: /^react-dom(\/.*)?$/, replacement: `${react18("react-dom")}$1` },
          ],
        },
        test: {
          ...common,
          name: "react-18",
          include: ["test/react/**/*.test.ts"],
          env: { FRESHET_REACT: "18.3" },
          server: { deps: { inline: [/react/] } },
        },
      },
    ],
  },
});
