// Holds `abi audit` of a hand-kept copy of Xen's headers against gcc, struct by struct: gcc compiles the copy's own headers
// and Xen's headers of the release that the copy is said to be nearest to.
//
//   node tools/run-ts.mjs tools/check-audit.ts DIR --arch ARCH --git XEN [--header FILE] [--without HEADER]... [-D NAME=VALUE]... -- COMPILER OPTION...
//
// What the project around the copy declares comes from its own headers (-I) or from --header, which is included first; -D is
// for the audit as for the compiler. --without leaves out a header that the compiler refuses on this architecture. gcc says where every member lies; what the audit tells as different has to differ there, at the places and with
// the sizes that it tells, and what it tells nothing of has to be the same. Prints each disagreement; exit status 1 for any.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { standingNames } from "../packages/hypercall-abi/src/audit/standing-names.ts";
import type { Change } from "../packages/hypercall-abi/src/diff/change.ts";
import {
  type Abi,
  type AuditReport,
  auditHeaders,
  HeaderReader,
  loadModel,
  modelSources,
  readHeaderTree,
} from "../packages/hypercall-abi/src/index.ts";
import { type GccLayout, gccLayouts, gccOf, type LayoutArch, xenLayouts } from "./layout-digests.ts";
import { unpackHeaders } from "./unpack-headers.ts";

type Layouts = ReadonlyMap<string, GccLayout>;
type FieldChange = NonNullable<Change["fields"]>[number];

const { values, positionals } = parseArgs({
  options: {
    arch: { type: "string" },
    git: { type: "string" },
    header: { type: "string" },
    without: { type: "string", multiple: true },
    define: { type: "string", short: "D", multiple: true },
  },
  allowPositionals: true,
});

/** What moves bytes or names; a struct that changed inside is told of under its own name. */
const ofLayout = new Set(["added", "removed", "renamed", "moved", "resized", "array", "split", "merged"]);

function movesBytes({ size, fields = [], note = "" }: Change): boolean {
  return (
    size !== undefined ||
    note.startsWith("alignment") ||
    fields.some(({ change, holds }) => ofLayout.has(change) && holds === undefined)
  );
}

/** Places and sizes of a told change that gcc has otherwise. */
function wrongClaims({ name, size, fields = [] }: Change, old: GccLayout, now: GccLayout): string[] {
  const wrong: string[] = [];
  const sizes = size ?? [old.size, old.size];
  if (sizes[0] !== old.size || sizes[1] !== now.size)
    wrong.push(`${name}: told ${sizes.join(" -> ")} bytes, gcc has ${old.size} -> ${now.size}`);
  for (const field of fields) {
    if (field.change === "retyped") continue;
    for (const [path, state, layout, side] of [
      [field.path, field.before, old, "release"],
      [field.to ?? field.path, field.after, now, "copy"],
    ] as const) {
      if (state === undefined) continue;
      const place = layout.places.get(path);
      const bit = state.bits === undefined ? state.offset * 8 : Number(state.bits.split(":")[0]);
      const isLike =
        place !== undefined && place.bit === bit && (place.size === 0 || place.size === state.size);
      if (!isLike)
        wrong.push(
          `${name}.${path} of the ${side}: told ${bit / 8}+${state.size}, gcc has ${placeText(place)}`,
        );
    }
  }
  return wrong;
}

function placeText(place: { readonly bit: number; readonly size: number } | undefined): string {
  return place === undefined ? "none" : `${place.bit / 8}+${place.size}`;
}

/** Members that lie otherwise by gcc, and that a told change does not speak of. */
function untoldMembers({ name, fields = [] }: Change, old: GccLayout, now: GccLayout): string[] {
  const spoken = fields.flatMap((f: FieldChange) => [f.path, f.to ?? f.path, ...(f.parts ?? [])]);
  const isSpoken = (path: string): boolean =>
    spoken.some((of) => of === path || isInside(of, path) || isInside(path, of));
  const parts = (text: string): Map<string, string> =>
    new Map(
      text
        .split(" ")
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf("@")), part] as const),
    );
  const [before, after] = [parts(old.text), parts(now.text)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path) && !isSpoken(path))
    .map(
      (path) => `${name}.${path}: ${before.get(path) ?? "none"} -> ${after.get(path) ?? "none"}, not told`,
    );
}

function isInside(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[].`);
}

/** Where audit and compiler are of another mind about a struct that the copy and the release have. */
function disagreements(key: string, told: Change | undefined, old: GccLayout, now: GccLayout): string[] {
  // A struct that has a name of its own on one side only is no change.
  const differs = old.text !== now.text && !samePlaces(old, now);
  if (told === undefined) return differs ? [`${key}: changed, not told: ${old.text} -> ${now.text}`] : [];
  if (movesBytes(told) && samePlaces(old, now)) return [`${key}: told, not changed`];
  return [...wrongClaims(told, old, now), ...untoldMembers(told, old, now)];
}

function samePlaces(old: GccLayout, now: GccLayout): boolean {
  return (
    old.places.size === now.places.size &&
    [...old.places].every(([path, place]) => placeText(place) === placeText(now.places.get(path)))
  );
}

/** A copy as the audit reads it, in the tools' view at the latest interface version, and as gcc lays it out. */
interface ReadCopy {
  readonly abi: Abi;
  readonly report: AuditReport;
  readonly layouts: Layouts;
  /** Structs that gcc finds and that the copy's own text declares. */
  readonly structs: readonly string[];
}

function readCopy(folder: string, compiler: readonly string[], arch: LayoutArch): ReadCopy {
  const tree = readHeaderTree(folder);
  const report = auditHeaders(tree, { arch, ...given() });
  const locked = { lockInterfaceVersion: true, ...given() };
  const { abi } = new HeaderReader(tree).read({ xen: "copy", arch, mode: "tools", ...locked });
  const text = [
    "#define __XEN_TOOLS__ 1",
    `#define __XEN_INTERFACE_VERSION__ 0x${abi.interfaceVersion.toString(16)}`,
    ...(values.define ?? []).map((define) => `#define ${define.replace("=", " ")}`),
    ...(values.header === undefined ? [] : [`#include "${resolve(values.header)}"`]),
    ...report.headers
      .filter((header) => !values.without?.includes(header))
      .map((header) => `#include "${header}"`),
  ];
  const layouts = inFolder("xgt-audit-", (out) =>
    gccLayouts({
      compiler: [...compiler, "-iquote", resolve(tree.root)],
      folder: out,
      text: `${text.join("\n")}\n`,
    }),
  );
  // What the headers of the project around it declare is none of the copy's.
  const standing = standingNames(tree).structs;
  const structs = [...layouts.keys()].filter((key) => standing.has(key) || Object.hasOwn(abi.structs, key));
  return { abi, report, layouts, structs };
}

function given(): { readonly defines: Readonly<Record<string, string>> } {
  const defines = (values.define ?? []).map((define) => {
    const [name, ...value] = define.split("=");
    return [name, value.length === 0 ? "1" : value.join("=")] as const;
  });
  return { defines: Object.fromEntries(defines) };
}

/** The release's aggregates by gcc. */
function releaseLayouts(git: string, xen: string, arch: LayoutArch): Layouts {
  return inFolder("xgt-release-", (folder) => {
    const commit = modelSources.find((source) => source.xen === xen)?.commit ?? "";
    unpackHeaders(git, commit, folder);
    return xenLayouts(folder, loadModel(xen, arch, "tools").headers, arch, "tools");
  });
}

function inFolder<T>(prefix: string, work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the audit tells against what gcc has on both sides. */
function compare(
  { abi, report, layouts }: ReadCopy,
  theirs: Layouts,
): {
  readonly both: number;
  readonly told: number;
  readonly confirmed: number;
  readonly wrong: readonly string[];
} {
  const ofStructs = report.drift.filter(({ change }) => change.subject === "struct");
  const told = new Map(
    ofStructs.filter(({ change }) => change.change === "changed").map(({ change }) => [change.name, change]),
  );
  const wrong: string[] = [];
  let [both, confirmed] = [0, 0];
  for (const key of Object.keys(abi.structs)) {
    const [old, now] = [theirs.get(key), layouts.get(key)];
    const change = told.get(key);
    if (old === undefined || now === undefined) {
      if (change !== undefined) wrong.push(`${key}: told as changed, gcc has it on one side only`);
      continue;
    }
    both++;
    const here = disagreements(key, change, old, now);
    if (change !== undefined && here.length === 0) confirmed++;
    wrong.push(...here);
  }
  for (const { change } of ofStructs)
    if (change.change === "added" && theirs.has(change.name))
      wrong.push(`${change.name}: told as the copy's own, gcc has it in the release`);
  for (const name of Object.values(report.missing).flat())
    if (layouts.has(name)) wrong.push(`${name}: told as missing, gcc has it in the copy`);
  return { both, told: told.size, confirmed, wrong };
}

function main(folder: string, compiler: readonly string[], arch: LayoutArch, git: string): void {
  const copy = readCopy(folder, compiler, arch);
  const { nearest } = copy.report;
  if (nearest === null) {
    process.stdout.write(`${folder}: no struct tells a release\n`);
    process.exitCode = 1;
    return;
  }
  const { both, told, confirmed, wrong } = compare(copy, releaseLayouts(git, nearest, arch));
  const unread = copy.structs.filter((key) => !Object.hasOwn(copy.abi.structs, key));
  const read = copy.structs.length - unread.length;
  const share = ((100 * read) / copy.structs.length).toFixed(1);
  process.stdout.write(
    `${folder} ${arch}: ${copy.structs.length} structs by gcc, ${read} read (${share} %); nearest ${nearest}, ${both} in both, ` +
      `${told} differ by the audit, ${confirmed} of them just so by gcc, ${wrong.length} disagreements\n`,
  );
  if (unread.length > 0) process.stdout.write(`  not read: ${unread.join(", ")}\n`);
  for (const line of wrong) process.stdout.write(`  ${line}\n`);
  if (wrong.length > 0) process.exitCode = 1;
}

const arch = (["arm64", "x86_64"] as const satisfies readonly LayoutArch[]).find(
  (name) => name === values.arch,
);
const [copy, ...compiler] = positionals;
if (arch === undefined || values.git === undefined || copy === undefined) {
  process.stderr.write(
    "usage: check-audit.ts DIR --arch arm64|x86_64 --git XEN [--header FILE] [--without HEADER]... [-D NAME=VALUE]... -- [COMPILER OPTION...]\n",
  );
  process.exitCode = 2;
} else main(copy, compiler.length > 0 ? compiler : gccOf(arch), arch, values.git);
