import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { root } from "./service.js";

const client = join(root, "client");

/**
 * Builds the tests' pages into a folder: `kit` for the tests, `guide` as its reader makes it; and beside that folder the
 * page of `./dev up`, where its proxy looks for it.
 */
export async function buildPages(folder: string): Promise<string> {
  const out = join(folder, "pages");
  const guide = guideApp(join(folder, "guide"));
  // As for users: vitest's "test" would make JSX for React's development build.
  process.env.NODE_ENV = "production";
  await bundle(join(client, "e2e/pages"), { kit: join(client, "e2e/pages/kit.ts") }, out);
  await bundle(guide, { guide: join(guide, "src/main.tsx") }, out);
  const demo = join(client, "demo");
  await build({ root: demo, logLevel: "error", build: { outDir: join(folder, "page"), emptyOutDir: true } });
  for (const page of ["kit", "guide"]) {
    // The icon, so that no browser asks for one.
    const head = `<meta charset="utf-8"><title>${page}</title><link rel="icon" href="data:,">`;
    writeFileSync(
      join(out, `${page}.html`),
      `<!doctype html>${head}<body><script type="module" src="${page}.js"></script>`,
    );
  }
  return out;
}

async function bundle(folder: string, input: Record<string, string>, outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: folder,
    logLevel: "error",
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      modulePreload: false,
      minify: false,
      rolldownOptions: {
        input,
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  });
}

/**
 * An app with the guide's own code and with the packed client, as npm would install it. Only the sign-in is ours, which
 * the guide leaves to its reader.
 */
function guideApp(folder: string): string {
  const source = join(folder, "src");
  const modules = join(folder, "node_modules");
  mkdirSync(source, { recursive: true });
  mkdirSync(join(modules, "@freshet/client"), { recursive: true });
  const pack = ["pack", "-w", "@freshet/client", "--silent", "--pack-destination", folder];
  const tarball = execFileSync("npm", pack, { cwd: client, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", join(folder, tarball), "-C", join(modules, "@freshet/client"), "--strip-components=1"]);
  for (const peer of ["react", "react-dom", "scheduler", "@types"]) {
    symlinkSync(join(client, "node_modules", peer), join(modules, peer));
  }
  const text = readFileSync(join(root, "docs/guides/frontend.md"), "utf8");
  for (const [, file = "", code = ""] of text.matchAll(/^```tsx\n\/\/ src\/(\S+)\n([\s\S]*?)^```$/gm)) {
    writeFileSync(join(source, file), code.replace('async () => "…"', "async () => (globalThis as any).token"));
  }
  // With the types that were packed, as the new app's own build does.
  const options =
    "--noEmit --strict --skipLibCheck --jsx react-jsx --target es2022 --module esnext --moduleResolution bundler";
  const tsc = [join(client, "node_modules/typescript/bin/tsc"), ...options.split(" "), "--types", "node"];
  const files = readdirSync(source).map((file) => join(source, file));
  execFileSync(process.execPath, [...tsc, ...files], { cwd: folder, stdio: "inherit" });
  return folder;
}
