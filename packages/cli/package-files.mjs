// Writes what the package holds besides the program: dist/man (a page per command) and dist/completions (a script per
// shell). dist/xgt.mjs must be there.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const man = join(folder, "dist/man");
const completions = join(folder, "dist/completions");

/** Names under which the shells look for a completion. */
const scripts = { bash: "xgt", zsh: "_xgt", fish: "xgt.fish" };

for (const made of [man, completions]) rmSync(made, { recursive: true, force: true });
const tools = join(folder, "../../tools");
execFileSync(process.execPath, [join(tools, "run-ts.mjs"), join(tools, "make-man.ts"), man], {
  stdio: "inherit",
});
mkdirSync(completions, { recursive: true });
for (const [shell, name] of Object.entries(scripts)) {
  const script = execFileSync(process.execPath, [join(folder, "dist/xgt.mjs"), "completion", shell]);
  writeFileSync(join(completions, name), script);
}
