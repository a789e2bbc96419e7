// Writes where a compiler puts the members of all structs of Xen's public headers, release by release, as digests: what
// packages/hypercall-abi/tests/neighbours.test.ts holds the diffs of neighbouring releases against.
//
//   node tools/run-ts.mjs tools/capture-layouts.ts --git DIR -o packages/hypercall-abi/tests/oracle/neighbours.json.gz
//
// The layouts are read from the debug information that gcc writes; the models say only which headers there are.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { loadModel, modelSources } from "../packages/hypercall-abi/src/index.ts";

/** An entry of the debug information. */
interface Entry {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Entry[];
}

const compilers = { arm64: ["aarch64-linux-gnu-gcc"], x86_64: ["gcc", "-m64"] } as const;
type Arch = keyof typeof compilers;

const { values } = parseArgs({
  options: { git: { type: "string" }, output: { type: "string", short: "o" } },
});

/** Entries by offset, and the structs and typedefs of the file's own level. */
function entriesOf(dump: string): { byOffset: Map<string, Entry>; top: Entry[] } {
  const byOffset = new Map<string, Entry>();
  const open: Entry[] = [];
  let attributes = new Map<string, string>();
  for (const line of dump.split("\n")) {
    const head = /^ <(\w+)><(\w+)>: Abbrev Number: \d+ \((\w+)\)/.exec(line);
    if (head !== null) {
      attributes = new Map();
      const entry: Entry = { tag: head[3], attributes, children: [] };
      const depth = Number.parseInt(head[1], 16);
      open.length = depth;
      open[depth - 1]?.children.push(entry);
      open.push(entry);
      byOffset.set(head[2], entry);
      continue;
    }
    const attribute =
      /^ {4}<\w+>\s+DW_AT_(\w+)\s*: (?:\(indirect string, offset: \w+\): |\(\w+\) )?(.*)$/.exec(line);
    if (attribute !== null) attributes.set(attribute[1], attribute[2].trim());
  }
  return {
    byOffset,
    top: [...byOffset.values()]
      .filter(({ tag }) => tag === "DW_TAG_compile_unit")
      .flatMap((unit) => unit.children),
  };
}

class Layouts {
  private readonly byOffset: ReadonlyMap<string, Entry>;

  constructor(byOffset: ReadonlyMap<string, Entry>) {
    this.byOffset = byOffset;
  }

  /** Size of an aggregate, and place of each member by name. */
  textOf(entry: Entry): string {
    return [`${number(entry, "byte_size")}`, ...this.members(entry, "", 0)].join(" ");
  }

  private members(entry: Entry, path: string, base: number): string[] {
    return entry.children.flatMap((member) => {
      if (member.tag !== "DW_TAG_member") return [];
      const name = member.attributes.get("name");
      const bit = number(member, "data_bit_offset");
      const at = base + (bit > 0 ? bit : number(member, "data_member_location") * 8);
      const width = number(member, "bit_size");
      const here = name === undefined ? path : `${path}${name}`;
      if (width > 0) return [`${here}@${at}:${width}`];
      const { type, dimensions } = this.element(this.typeOf(member));
      const inside = isUnnamed(type)
        ? this.members(type, name === undefined ? path : `${here}${dimensions}.`, at)
        : [];
      // A struct that lies in a member changes under its own name: here only where it lies, and how often.
      const size = this.sizeOf(member);
      const own =
        isAggregate(type) && !isUnnamed(type) ? `x${size / (number(type, "byte_size") || 1)}` : `+${size}`;
      return name === undefined ? inside : [`${here}@${at}${own}`, ...inside];
    });
  }

  private typeOf(entry: Entry): Entry | undefined {
    const offset = /^<0x(\w+)>/.exec(entry.attributes.get("type") ?? "")?.[1];
    return offset === undefined ? undefined : this.byOffset.get(offset);
  }

  /** What an array is of, and what a typedef stands for where that is a struct with a name. */
  private element(type: Entry | undefined): { type: Entry | undefined; dimensions: string } {
    let dimensions = "";
    let at = type;
    for (;;) {
      if (at?.tag === "DW_TAG_array_type") dimensions += "[]";
      else if (at?.tag !== "DW_TAG_typedef" || isUnnamed(this.typeOf(at))) break;
      at = this.typeOf(at);
    }
    return { type: at, dimensions };
  }

  private sizeOf(entry: Entry): number {
    const type = this.typeOf(entry);
    if (type === undefined) return 0;
    if (type.tag === "DW_TAG_array_type") {
      const counts = type.children.map((range) =>
        range.attributes.has("upper_bound") ? number(range, "upper_bound") + 1 : number(range, "count"),
      );
      return counts.reduce((all, count) => all * count, this.sizeOf(type));
    }
    if (type.attributes.has("byte_size")) return number(type, "byte_size");
    return this.sizeOf(type);
  }
}

function number(entry: Entry, attribute: string): number {
  return Number(entry.attributes.get(attribute) ?? 0);
}

function isAggregate(type: Entry | undefined): type is Entry {
  return type !== undefined && ["DW_TAG_structure_type", "DW_TAG_union_type"].includes(type.tag);
}

function isUnnamed(type: Entry | undefined): type is Entry {
  return isAggregate(type) && !type.attributes.has("name");
}

/** Digest of each named aggregate's layout, by its key in a model. */
function digests(folder: string, xen: string, arch: Arch, mode: "tools" | "guest"): Map<string, string> {
  const { headers } = loadModel(xen, arch, mode);
  const view =
    mode === "tools"
      ? "#define __XEN_TOOLS__ 1"
      : "#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__";
  const text = [
    "#include <stddef.h>",
    "#include <stdint.h>",
    view,
    ...headers.map((header) => `#include "${header}"`),
  ];
  writeFileSync(join(folder, "all.c"), `${text.join("\n")}\n`);
  const include = join(folder, "xen/include/public");
  const [compiler, ...options] = compilers[arch];
  const debug = [
    "-g",
    "-gdwarf-5",
    "-fno-eliminate-unused-debug-types",
    "-std=gnu11",
    "-w",
    "-ffreestanding",
  ];
  execFileSync(
    compiler,
    [...options, ...debug, "-iquote", include, "-iquote", folder, "-c", "all.c", "-o", "all.o"],
    { cwd: folder },
  );
  const readelf = arch === "arm64" ? "aarch64-linux-gnu-readelf" : "readelf";
  const dump = execFileSync(readelf, ["--debug-dump=info", "all.o"], {
    cwd: folder,
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  const { byOffset, top } = entriesOf(dump);
  const layouts = new Layouts(byOffset);
  const found = new Map<string, string>();
  const add = (key: string, entry: Entry): void => {
    if (entry.attributes.has("declaration")) return;
    found.set(key, createHash("sha256").update(layouts.textOf(entry)).digest("hex").slice(0, 10));
  };
  for (const entry of top) {
    const name = entry.attributes.get("name");
    if (name === undefined) continue;
    if (entry.tag === "DW_TAG_structure_type") add(`struct ${name}`, entry);
    if (entry.tag === "DW_TAG_union_type") add(`union ${name}`, entry);
    if (entry.tag !== "DW_TAG_typedef" || name.startsWith("__guest_handle")) continue;
    const offset = /^<0x(\w+)>/.exec(entry.attributes.get("type") ?? "")?.[1];
    const type = byOffset.get(offset ?? "");
    if (isUnnamed(type)) add(name, type);
  }
  return found;
}

function main(git: string, output: string): void {
  const releases = modelSources.filter(({ xen }) => xen === "master" || Number(xen.slice(2)) >= 11);
  const views: Record<string, Record<string, Record<string, string | null>>> = {};
  for (const { xen, commit } of releases) {
    const folder = mkdtempSync(join(tmpdir(), "xgt-layouts-"));
    try {
      const tar = execFileSync("git", ["-C", git, "archive", commit, "xen/include/public"], {
        maxBuffer: 1 << 28,
      });
      execFileSync("tar", ["x", "-C", folder], { input: tar });
      symlinkSync("xen/include/public", join(folder, "public"));
      for (const arch of ["arm64", "x86_64"] as const) {
        for (const mode of ["tools", "guest"] as const) {
          const now = digests(folder, xen, arch, mode);
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
