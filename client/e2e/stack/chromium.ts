import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The browser on the PATH. */
export function chromiumPath(): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error("There is no chromium on the PATH: install it (on Debian: apt-get install chromium)");
}
