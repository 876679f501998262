import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starting JVMs on a busy machine takes long; an end that does not come is a failure all the same. */
const startMs = 150_000;
const stopMs = 5000;

const reaper = spawn(process.execPath, [join(import.meta.dirname, "reaper.mjs")], {
  // A group of its own, which Ctrl-C in the terminal does not reach.
  detached: true,
  stdio: ["pipe", "ignore", "inherit"],
});
reaper.unref();
(reaper.stdin as unknown as { unref(): void }).unref();

function tellReaper(line: string): void {
  reaper.stdin?.write(`${line}\n`);
}

/** A folder that is gone when the tests are. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "freshet-e2e-"));
  tellReaper(`folder ${folder}`);
  return folder;
}

export async function until(what: string, condition: () => boolean | Promise<boolean>, limitMs = 100_000) {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A program that runs until it is ended; at the latest it ends with the tests. */
export class Running {
  readonly #child: ChildProcess;

  constructor(
    readonly name: string,
    readonly log: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ) {
    const [program = "", ...args] = command;
    const file = openSync(log, "a");
    // What belongs to ./dev would read as a service's own configuration.
    const inherited = Object.entries(process.env).filter(([key]) => !/^(FRESHET|QUARKUS)_/.test(key));
    const child = spawn(program, args, {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ["ignore", file, file],
    });
    closeSync(file);
    this.#child = child;
    // Whatever goes wrong, it must not keep us from ending; the reaper ends it then.
    child.unref();
    child.on("error", () => {});
    if (child.pid) tellReaper(`+${child.pid}`);
    child.on("exit", () => tellReaper(`-${child.pid}`));
  }

  get #hasEnded(): boolean {
    return !this.#child.pid || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async ready(isReady: () => Promise<boolean>): Promise<void> {
    await until(`${this.name} is ready`, () => this.#hasEnded || isReady(), startMs).catch((error) => {
      throw new Error(`${error.message}\n${this.#lastLines}`);
    });
    if (this.#hasEnded) throw new Error(`${this.name} ended\n${this.#lastLines}`);
  }

  /** As `kill -9` does, or with another signal; waits for its end. */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.#hasEnded) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopMs);
    await gone;
    clearTimeout(timer);
  }

  get #lastLines(): string {
    return readFileSync(this.log, "utf8").split("\n").slice(-40).join("\n");
  }
}

/** Below the range from which systems take ports for outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => resolve(false)).setTimeout(1000, () => socket.destroy());
  }).then((answered) => answered === true);
}
