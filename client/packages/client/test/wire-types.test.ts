import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const fixtures = join(import.meta.dirname, "../../../../contract/fixtures");

/** Which type describes which schema. */
const types: Record<string, string> = {
  "server-message": "ServerMessage",
  "client-message": "ClientMessage",
  "sse-message": "SseMessage",
  event: "LoggedEvent",
  "rest/poll-response": "PollResponse",
  "rest/presence-snapshot": "PresenceSnapshot",
  "rest/document": "DocumentSnapshot",
  "rest/ticket-response": "TicketResponse",
  "rest/problem": "Problem",
  "rest/stats": "Stats",
};

interface Case {
  readonly name: string;
  readonly line: string;
}

function cases(kind: "valid" | "invalid", wanted: (name: string) => boolean): Case[] {
  return Object.entries(types).flatMap(([schema, type]) =>
    readdirSync(join(fixtures, kind, schema))
      .filter(wanted)
      .map((file) => ({
        name: `${schema}/${file}`,
        line: `accept<Freshet.${type}>(${readFileSync(join(fixtures, kind, schema, file), "utf8").trim()});`,
      })),
  );
}

/** The names of the cases that the compiler refuses. */
function refused(all: readonly Case[]): string[] {
  const file = join(import.meta.dirname, "fixtures.virtual.ts");
  const head = 'import type * as Freshet from "../src/index.js";\ndeclare function accept<T>(value: T): void;\n';
  const text = head + all.map(({ line }) => line).join("\n");
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? text : readFile(name));
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  const lines = program.getSemanticDiagnostics(source).map(({ start = 0 }) => {
    return (source?.getLineAndCharacterOfPosition(start).line ?? 0) - 2;
  });
  return [...new Set(lines)].map((line) => all[line]?.name ?? `line ${line}`);
}

it("every valid fixture has its type", () => {
  const all = cases("valid", () => true);
  expect(all.length).toBeGreaterThan(100);
  expect(refused(all)).toEqual([]);
});

it("no fixture of a reserved type has its type with a field too few or a payload of null", () => {
  // Of types that the application chooses, and of messages whose type is missing, TypeScript cannot know what is meant.
  const open =
    /^(server-message\/(channel-event|room-event|direct-message)|rest\/problem\/type-|sse-message\/|client-message\/|.*(empty-object|without-type))/;
  const all = cases("invalid", (name) => /-without-|payload-null/.test(name)).filter(({ name }) => !open.test(name));
  expect(all.length).toBeGreaterThan(50);
  const names = all.map(({ name }) => name);
  const right = refused(all);
  expect(names.filter((name) => !right.includes(name))).toEqual([]);
});
