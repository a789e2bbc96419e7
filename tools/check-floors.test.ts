import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkFloors, floors } from "./check-floors.mjs";

const root = join(import.meta.dirname, "..");
let house = "";

/** A small house in which all is well. */
const plan: Record<string, string> = {
  "packages/findings/package.json": '{"exports":{".":"./src/index.ts"}}',
  "packages/findings/src/index.ts": 'export { sinks } from "./sinks/index.ts";\n',
  "packages/findings/src/severity.ts": 'export const severities = ["error"];\n',
  "packages/findings/src/sinks/index.ts":
    'import { json } from "./json.ts";\nexport const sinks: readonly Sink[] = [json];\n',
  "packages/findings/src/sinks/json.ts":
    'import { severities } from "../severity.ts";\nimport "../words/wrap.ts";\nexport const json: Sink = { severities };\n',
  "packages/findings/src/words/wrap.ts": "export {};\n",
  "packages/hypercall-abi/package.json": "{}",
  "packages/hypercall-abi/src/index.ts": 'import { join } from "node:path";\nexport { join };\n',
  "packages/hypercall-log/package.json": '{"dependencies":{"@xgt/hypercall-abi":"0.1.0"}}',
  "packages/hypercall-log/src/index.ts": 'export * from "@xgt/hypercall-abi";\n',
};

function write(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
}

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), "xgt-house-"));
  for (const [path, text] of Object.entries(plan)) write(path, text);
});
afterEach(() => rmSync(house, { recursive: true, force: true }));

describe("check-floors", () => {
  it("finds nothing wrong with this house", () => {
    expect(checkFloors(root)).toEqual([]);
  });

  it("finds nothing wrong with a small house that keeps the plan", () => {
    expect(checkFloors(house)).toEqual([]);
  });

  it("names only packages of lower floors, so that no cycle is possible", () => {
    const height = (name: string): number => {
      const below = floors[name as keyof typeof floors];
      return below.length === 0 ? 0 : 1 + Math.max(...below.map(height));
    };
    for (const name of Object.keys(floors)) expect(height(name)).toBeLessThan(10);
  });

  const seeded: [string, string, string, RegExp][] = [
    [
      "an import upwards",
      "packages/hypercall-abi/src/up.ts",
      'import type { Batch } from "@xgt/hypercall-log";\n',
      /^packages\/hypercall-abi\/src\/up\.ts:1: imports @xgt\/hypercall-log: hypercall-abi may import none of our packages$/,
    ],
    [
      "a dynamic import upwards",
      "packages/findings/src/late.ts",
      'export const late = () => import("@xgt/p2m-tracker");\n',
      /late\.ts:1: imports @xgt\/p2m-tracker/,
    ],
    [
      "another package's inside",
      "packages/hypercall-log/src/deep.ts",
      '\nexport * from "@xgt/hypercall-abi/src/model.ts";\n',
      /deep\.ts:2: imports @xgt\/hypercall-abi\/src\/model\.ts: only what @xgt\/hypercall-abi exports is public$/,
    ],
    [
      "a relative path out of the package",
      "packages/hypercall-log/src/out.ts",
      'export * from "../../hypercall-abi/src/index.ts";\n',
      /out\.ts:1: imports .*which lies outside packages\/hypercall-log/,
    ],
    [
      "a package that is not declared",
      "packages/hypercall-log/src/more.ts",
      'import { Command } from "commander";\n',
      /imports commander, which packages\/hypercall-log\/package\.json does not declare$/,
    ],
    [
      "a dependency upwards in a manifest",
      "packages/hypercall-abi/package.json",
      '{"dependencies":{"@xgt/cli":"0.1.0"}}',
      /package\.json: depends on @xgt\/cli, which is not below it$/,
    ],
    ["a package on no floor", "packages/attic/package.json", "{}", /^packages\/attic: not on any floor/],
    [
      "a sink that index.ts forgets",
      "packages/findings/src/sinks/sarif.ts",
      'import "./json.ts";\nexport const sarif: Sink = {};\n',
      /sinks\/sarif\.ts: sarif is not listed in index\.ts$/,
    ],
    [
      "folders that import each other",
      "packages/findings/src/words/wrap.ts",
      'import "../sinks/json.ts";\n',
      /^packages\/findings\/src: folders import each other: sinks, words \(sinks\/json\.ts imports words\/wrap\.ts; words\/wrap\.ts imports sinks\/json\.ts\)$/,
    ],
    [
      "a folder and the files straight above it that import each other",
      "packages/findings/src/severity.ts",
      'import "./sinks/json.ts";\n',
      /folders import each other: \/, sinks/,
    ],
    [
      "a file that lies loose above the folders",
      "packages/findings/src/all.ts",
      'import "./sinks/json.ts";\n',
      /^packages\/findings\/src\/all\.ts: lies loose above the folders/,
    ],
    [
      "a file of a registry that nothing imports",
      "packages/findings/src/sinks/left-over.ts",
      "export function leftOver() {}\n",
      /sinks\/left-over\.ts: nothing imports it/,
    ],
  ];

  it.each(seeded)("reports %s", (_, path, text, expected) => {
    write(path, text);
    const violations = checkFloors(house);
    expect(violations.some((violation) => expected.test(violation))).toBe(true);
  });
});
