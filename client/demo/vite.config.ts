import { defineConfig } from "vitest/config";

// `./dev up` serves what is built; `npm run dev -w freshet-demo` asks a running one for all but the page.
const freshet = "http://localhost:8080";

export default defineConfig({
  build: { target: "es2023" },
  server: { proxy: { "/api": freshet, "/dev": freshet, "/ws": { target: freshet, ws: true } } },
  test: { include: ["test/**/*.test.ts"], maxWorkers: 1, testTimeout: 60_000 },
});
