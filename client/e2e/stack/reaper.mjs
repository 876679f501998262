// Ends what a test run started, once the run is gone: its end closes our stdin, however it came about (Ctrl-C,
// kill -9). Reads lines "+pid", "-pid" and "folder <path>".
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
const pids = new Set();
const folders = new Set();

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const word = line.slice(1);
    if (line.startsWith("+")) pids.add(Number(word));
    else if (line.startsWith("-")) pids.delete(Number(word));
    else folders.add(line.slice("folder ".length));
  })
  .on("close", () => {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended before.
      }
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
