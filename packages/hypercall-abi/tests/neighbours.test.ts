import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type ArchitectureName, type Change, diffAbi, loadViews, type Mode } from "../src/index.ts";

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

/** What moves bytes or names; a type of the same width is none of it, and a struct inside changes under its own name. */
const ofLayout = new Set(["added", "removed", "renamed", "moved", "resized", "array", "split", "merged"]);

/** What a diff says of the structs of one view. */
function told(changes: readonly Change[], mode: Mode) {
  const structs = changes.filter(({ subject, impact }) => subject === "struct" && impact[mode] !== null);
  const named = (...kinds: Change["change"][]): Change[] =>
    structs.filter(({ change }) => kinds.includes(change));
  return {
    gone: named("removed", "renamed").map(({ name }) => name),
    come: [...named("added").map(({ name }) => name), ...named("renamed").map(({ to = "" }) => to)],
    changed: named("changed").map(({ name }) => name),
    moved: named("changed")
      .filter(
        ({ fields = [], size }) =>
          size !== undefined ||
          fields.some(({ change, holds }) => ofLayout.has(change) && holds === undefined),
      )
      .map(({ name }) => name),
  };
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
          const said = told(changes, mode);
          const both = [...old.keys()].filter((name) => now.has(name));
          const differ = both.filter((name) => old.get(name) !== now.get(name));
          const what = `${mode} ${before} -> ${after}`;
          expect(
            differ.filter((name) => !said.changed.includes(name)),
            `${what}: changed, not told`,
          ).toEqual([]);
          expect(
            said.moved.filter((name) => !differ.includes(name)),
            `${what}: told, not changed`,
          ).toEqual([]);
          const gone = [...old.keys()].filter((name) => !now.has(name));
          const come = [...now.keys()].filter((name) => !old.has(name));
          expect([...said.gone].sort(), `${what}: gone`).toEqual(gone.sort());
          expect([...said.come].sort(), `${what}: come`).toEqual(come.sort());
        }
      });
    }
});
