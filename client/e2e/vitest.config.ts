import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["stack/setup.ts"],
    // One after the other: each has a browser, some have JVMs of their own.
    maxWorkers: 1,
    fileParallelism: false,
    // For a machine that does other things, too. Nothing here waits for time to pass.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 60_000,
  },
});
