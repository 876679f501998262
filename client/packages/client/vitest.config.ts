import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.{ts,tsx}"], maxWorkers: 1, isolate: true, testTimeout: 20_000 },
});
