import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const guide = readFileSync(join(root, "../../../docs/guides/frontend.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");

it("the code of guide and README compiles", () => {
  const blocks = [...`${guide}\n${readme}`.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, language, text], i) => {
    const named = /^\/\/ src\/(\S+)/.exec(text ?? "")?.[1];
    return { file: join(root, "test/guide", named ?? `block-${i}.${language}`), text: text ?? "" };
  });
  expect(blocks.length).toBeGreaterThanOrEqual(7);
  const virtual = new Map(blocks.map(({ file, text }) => [file, text]));
  // Of the new app, which we have not got.
  const plugin = 'declare module "@vitejs/plugin-react" {\n  export default function react(): [];\n}';
  virtual.set(join(root, "test/guide/plugin-react.d.ts"), plugin);
  const src = (path: string) => [join(root, "src", path)];
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.ReactJSX,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    paths: {
      "@freshet/client": src("index.ts"),
      "@freshet/client/models": src("models/index.ts"),
      "@freshet/client/websocket": src("websocket/index.ts"),
      "@freshet/client/react": src("react/index.ts"),
      "@freshet/client/tanstack-query": src("tanstack-query/index.ts"),
    },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, readFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = virtual.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  host.fileExists = (name) => virtual.has(name) || existsSync(name);
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  // Files that are not there lie in a folder that is not there either.
  host.directoryExists = (name) => name.endsWith("test/guide") || existsSync(name);
  const program = ts.createProgram([...virtual.keys()], options, host);
  const wrong = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file && virtual.has(file.fileName))
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  expect(wrong).toEqual([]);
});

it("an app with notifications and a chat takes less than 40 lines", () => {
  const [, text = ""] = /^\/\/ src\/main.tsx\n([\s\S]*?)^```/m.exec(guide) ?? [];
  expect(text).toContain("useChannel");
  expect(text).toContain("useRoom");
  expect(text.trim().split("\n").length).toBeLessThan(40);
});

it("the README, which npm shows too, leads nowhere that is not there", () => {
  expect(readme).not.toMatch(/\]\((?!https:)/);
});
