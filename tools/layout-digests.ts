// Where gcc puts the members of all structs of Xen's public headers, read from its debug information.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mode } from "../packages/hypercall-abi/src/index.ts";

/** An entry of the debug information. */
interface Entry {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Entry[];
}

const gccs = { arm64: ["aarch64-linux-gnu-gcc"], x86_64: ["gcc", "-m64"] } as const;

/** Architectures whose layouts are taken. */
export type LayoutArch = keyof typeof gccs;

/** The compiler for an architecture, with its options. */
export function gccOf(arch: LayoutArch): readonly string[] {
  return gccs[arch];
}

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
      const at = base + this.bitOf(member);
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

  /** Place of each member and of each member of what lies in it. */
  places(entry: Entry, path: string, base: number): [string, GccPlace][] {
    return entry.children.flatMap((member): [string, GccPlace][] => {
      if (member.tag !== "DW_TAG_member") return [];
      const name = member.attributes.get("name");
      const at = base + this.bitOf(member);
      const here = name === undefined ? path : `${path}${name}`;
      if (number(member, "bit_size") > 0) return [[here, { bit: at, size: 0 }]];
      const { type, dimensions } = this.element(this.typeOf(member));
      const prefix = name === undefined ? path : `${here}${dimensions}.`;
      const held = type?.tag === "DW_TAG_typedef" ? this.typeOf(type) : type;
      const inside = isAggregate(held) ? this.places(held, prefix, at) : [];
      return name === undefined ? inside : [[here, { bit: at, size: this.sizeOf(member) }], ...inside];
    });
  }

  private bitOf(member: Entry): number {
    const bit = number(member, "data_bit_offset");
    return bit > 0 ? bit : number(member, "data_member_location") * 8;
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

/** An aggregate as gcc lays it out. */
export interface GccLayout {
  /** Bytes. */
  readonly size: number;
  /** Size and members as one text; a struct of a name of its own that lies in it is one member. */
  readonly text: string;
  /** All members, those of structs inside, too, by their path. */
  readonly places: ReadonlyMap<string, GccPlace>;
}

/** Where a member lies. */
export interface GccPlace {
  /** From the start of the aggregate, in bits. */
  readonly bit: number;
  /** Bytes, arrays as a whole; 0 for a bit field and an array without a length. */
  readonly size: number;
}

/** What to compile, and how. */
export interface GccUnit {
  /** The compiler with its options. */
  readonly compiler: readonly string[];
  /** Where the compiler runs and its output goes. */
  readonly folder: string;
  /** C text. */
  readonly text: string;
}

/** Each named aggregate of a C text by its key in a model, from the debug information that gcc writes. */
export function gccLayouts({
  compiler: [compiler, ...options],
  folder,
  text,
}: GccUnit): Map<string, GccLayout> {
  writeFileSync(join(folder, "all.c"), text);
  const debug = ["-g", "-gdwarf-5", "-fno-eliminate-unused-debug-types", "-std=gnu11", "-w"];
  execFileSync(compiler, [...options, ...debug, "-c", "all.c", "-o", "all.o"], { cwd: folder });
  const readelf = compiler.startsWith("aarch64") ? "aarch64-linux-gnu-readelf" : "readelf";
  const dump = execFileSync(readelf, ["--debug-dump=info", "all.o"], {
    cwd: folder,
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  const { byOffset, top } = entriesOf(dump);
  const layouts = new Layouts(byOffset);
  const found = new Map<string, GccLayout>();
  const add = (key: string, entry: Entry): void => {
    if (entry.attributes.has("declaration")) return;
    const places = new Map(layouts.places(entry, "", 0));
    found.set(key, { size: number(entry, "byte_size"), text: layouts.textOf(entry), places });
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

/** Aggregates of headers that `folder` holds as a Xen tree does, in one view, as gcc lays them out. */
export function xenLayouts(
  folder: string,
  headers: readonly string[],
  arch: LayoutArch,
  mode: Mode,
): Map<string, GccLayout> {
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
  const include = ["-iquote", join(folder, "xen/include/public"), "-iquote", folder];
  const compiler = [...gccOf(arch), "-ffreestanding", ...include];
  return gccLayouts({ compiler, folder, text: `${text.join("\n")}\n` });
}

/** Digest of each such aggregate's layout. */
export function layoutDigests(
  folder: string,
  headers: readonly string[],
  arch: LayoutArch,
  mode: Mode,
): Map<string, string> {
  return new Map(
    [...xenLayouts(folder, headers, arch, mode)].map(([key, { text }]) => [
      key,
      createHash("sha256").update(text).digest("hex").slice(0, 10),
    ]),
  );
}
