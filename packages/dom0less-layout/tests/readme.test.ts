import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layoutRules } from "../src/index.ts";

const packageFolder = join(import.meta.dirname, "..");

test("the program of the README prints the findings of a board", () => {
  const readme = readFileSync(join(packageFolder, "README.md"), "utf8");
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  // Inside of the package, so that the package's own name is found.
  const folder = mkdtempSync(join(packageFolder, "readme-"));
  try {
    writeFileSync(join(folder, "program.mjs"), program);
    writeFileSync(join(folder, "board.dts"), layoutRules[0].failing.host);
    const loader = join(packageFolder, "../../tools/run-ts.mjs");
    const args = [loader, join(folder, "program.mjs"), join(folder, "board.dts")];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.stdout).toMatch(/^error L01: /);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
