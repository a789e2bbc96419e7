import { type HeaderTree, headerTreeOf } from "../headers/preprocess/header-tree.ts";
import { hasInterface, rustAsHeader } from "../headers/rust/rust-header.ts";
import type { Abi } from "../model/model.ts";

/** A copy in Rust, as headers that the reader takes. */
interface RustCopy {
  /** One header for each module, under its path. */
  readonly tree: HeaderTree;
  /** The same model with the places that its declarations have in the modules. */
  readonly placed: (abi: Abi) => Abi;
}

/** Beginnings that Xen's names have and Rust's leave out: `CreateDomain` is xen_domctl_createdomain. */
const PREFIXES = [
  "",
  "xen",
  "xendomctl",
  "xensysctl",
  "xenmemory",
  "gnttab",
  "evtchn",
  "sched",
  "vcpu",
  "physdev",
  "__",
];

/**
 * Turns Rust modules into headers under Xen's own names: a struct or constant is Xen's when its name is, but for case,
 * underscores and a beginning that says which interface it is of. A struct without that beginning has to have a member of
 * Xen's, too: `UnmapGrantRef` may as well be what a device of Linux takes.
 */
export function rustCopy(
  root: string,
  modules: ReadonlyMap<string, string>,
  arch: string,
  models: readonly Abi[],
): RustCopy {
  const structs = new Map<string, string>();
  const constants = new Map<string, string>();
  // The newest release's names win.
  for (const model of models) {
    for (const key of Object.keys(model.structs))
      structs.set(plain(key.replace(/^(?:struct|union) /, "")), key);
    for (const name of Object.keys(model.constants)) constants.set(plain(name), name);
  }
  const known = (name: string, names: ReadonlyMap<string, string>): string | undefined =>
    PREFIXES.map((prefix) => names.get(prefix + plain(name))).find((found) => found !== undefined);
  const files: [string, string][] = [];
  const lines = new Map<string, ReadonlyMap<string, number>>();
  for (const [path, source] of modules) {
    if (!hasInterface(source)) continue;
    const taken = new Set<string>();
    const owners = new Map<string, string>();
    const header = rustAsHeader(source, arch, (name, members) => {
      const key = known(name, structs);
      const isXens =
        key !== undefined && (structs.get(plain(name)) === key || hasMember(models, key, members));
      const tag = isXens ? key.replace(/^(?:struct|union) /, "") : name;
      // Of several shapes that a module keeps of one struct the first has Xen's name.
      const owner = owners.get(tag) ?? name;
      owners.set(tag, owner);
      return owner === name ? tag : name;
    });
    const renamed = header.text.replace(/^#define (\w+)/gm, (all, name: string) => {
      const own = known(name, constants) ?? name;
      if (taken.has(own)) return all;
      taken.add(own);
      return `#define ${own}`;
    });
    files.push([path, renamed]);
    lines.set(path, new Map([...header.lines].map(([name, line]) => [known(name, constants) ?? name, line])));
  }
  const lineOf = (file: string | undefined, name: string, line: number | undefined): number | undefined =>
    lines.get(file ?? "")?.get(name.replace(/^(?:struct|union) /, "")) ?? line;
  const placed = (abi: Abi): Abi => ({
    ...abi,
    structs: mapped(abi.structs, (s, key) => ({ ...s, line: lineOf(s.file, key, s.line) ?? s.line })),
    constants: mapped(abi.constants, (c, name) => {
      const line = lineOf(c.file, name, c.line);
      return line === undefined ? c : { ...c, line };
    }),
    unmodelled: abi.unmodelled.map((u) => ({ ...u, line: lineOf(u.file, u.name, u.line) ?? u.line })),
  });
  return { tree: headerTreeOf(root, files), placed };
}

function hasMember(models: readonly Abi[], key: string, members: readonly string[]): boolean {
  const names = new Set(members.map(plain).filter((name) => !name.startsWith("pad")));
  return models.some(
    ({ structs }) =>
      Object.hasOwn(structs, key) && structs[key].fields.some(({ path }) => names.has(plain(path))),
  );
}

function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

function mapped<V>(
  record: Readonly<Record<string, V>>,
  change: (value: V, key: string) => V,
): Record<string, V> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
