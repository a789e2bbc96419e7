// Writes where a compiler puts the members of all structs of Xen's public headers, release by release, as digests: what
// packages/hypercall-abi/tests/neighbours.test.ts holds the diffs of neighbouring releases against.
//
//   node tools/run-ts.mjs tools/capture-layouts.ts --git DIR -o packages/hypercall-abi/tests/oracle/neighbours.json.gz
//
// The layouts are read from the debug information that gcc writes; the models say only which headers there are.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { loadModel, modelSources } from "../packages/hypercall-abi/src/index.ts";
import { layoutDigests } from "./layout-digests.ts";
import { unpackHeaders } from "./unpack-headers.ts";

const { values } = parseArgs({
  options: { git: { type: "string" }, output: { type: "string", short: "o" } },
});

function main(git: string, output: string): void {
  const releases = modelSources.filter(({ xen }) => xen === "master" || Number(xen.slice(2)) >= 11);
  const views: Record<string, Record<string, Record<string, string | null>>> = {};
  for (const { xen, commit } of releases) {
    const folder = mkdtempSync(join(tmpdir(), "xgt-layouts-"));
    try {
      unpackHeaders(git, commit, folder);
      for (const arch of ["arm64", "x86_64"] as const) {
        for (const mode of ["tools", "guest"] as const) {
          const now = layoutDigests(folder, loadModel(xen, arch, mode).headers, arch, mode);
          views[`${arch} ${mode}`] ??= {};
          const view = views[`${arch} ${mode}`];
          for (const key of new Set([...now.keys(), ...Object.keys(view)])) {
            view[key] ??= {};
            const before = Object.values(view[key]).at(-1) ?? null;
            const digest = now.get(key) ?? null;
            if (digest !== before) view[key][xen] = digest;
          }
          process.stdout.write(`${xen} ${arch} ${mode}: ${now.size} aggregates\n`);
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const document = { releases: releases.map(({ xen, commit }) => ({ xen, commit })), views };
  writeFileSync(output, gzipSync(JSON.stringify(document), { level: 9 }));
}

if (values.git === undefined || values.output === undefined) {
  process.stderr.write("usage: capture-layouts.ts --git DIR -o FILE\n");
  process.exitCode = 2;
} else main(values.git, values.output);
