import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type ArchitectureName, diffAbi, loadViews, type Mode } from "../src/index.ts";
import { disagreements } from "./told-changes.ts";

/** Digests of layouts as gcc's debug information has them; each where it differs from the release before, null where it ends. */
interface Neighbours {
  readonly releases: readonly { readonly xen: string }[];
  readonly views: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string | null>>>>>>;
}

const neighbours = JSON.parse(
  gunzipSync(readFileSync(new URL("oracle/neighbours.json.gz", import.meta.url))).toString("utf8"),
) as Neighbours;
const releases = neighbours.releases.map(({ xen }) => xen);

/** Layouts of one release by name. */
function compiled(arch: string, mode: Mode, xen: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, digests] of Object.entries(neighbours.views[`${arch} ${mode}`])) {
    let digest: string | null = null;
    for (const release of releases.slice(0, releases.indexOf(xen) + 1))
      digest = digests[release] ?? (release in digests ? null : digest);
    if (digest !== null) found.set(name, digest);
  }
  return found;
}

describe("what abi diff says of neighbouring releases is what compilers make of both", () => {
  for (const arch of ["arm64", "x86_64"] as const satisfies readonly ArchitectureName[])
    for (const [i, after] of releases.slice(1).entries()) {
      const before = releases[i];
      test(`${before} -> ${after} ${arch}`, () => {
        const [a, b] = [before, after].map((xen) => loadViews(xen, arch).views);
        const { changes } = diffAbi(a, b);
        for (const mode of ["guest", "tools"] as const) {
          const [old, now] = [compiled(arch, mode, before), compiled(arch, mode, after)];
          expect(disagreements(changes, mode, old, now), `${mode} ${before} -> ${after}`).toEqual([]);
        }
      });
    }
});
