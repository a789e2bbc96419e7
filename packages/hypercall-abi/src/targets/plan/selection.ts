import type { Abi, Unmodelled } from "../../model/model.ts";
import { allConstants } from "./constant-sections.ts";
import { heldEnum } from "./held-enums.ts";
import { neededBy } from "./member-types.ts";

/** An item that is not printed. */
export interface LeftOut {
  /** Key of a struct, name of a constant or string. */
  readonly name: string;
  /** One clause. */
  readonly why: string;
}

/** What is not to be printed, whatever the globs name. */
interface Without {
  /** Globs of it. */
  readonly globs: readonly string[];
  /** Keys and names, and why. */
  readonly items: ReadonlyMap<string, string>;
}

/** What of a model is to be printed. */
interface Selection {
  /** Keys of aggregates. */
  readonly structs: ReadonlySet<string>;
  readonly constants: ReadonlySet<string>;
  readonly strings: ReadonlySet<string>;
  /** Chosen items that are not printed all the same. */
  readonly leftOut: readonly LeftOut[];
  /** Declarations that the model does not have, and that the globs name. */
  readonly unmodelled: readonly Unmodelled[];
  /** Globs that met nothing. */
  readonly unmatched: readonly string[];
}

/**
 * Items that one of the globs names, with everything that they need: types inside types, what guest handles lead to,
 * enumerators of enums that members have, constants that the body of a struct defines. A glob meets a struct by its tag,
 * key or typedef, a constant or string by its name or its group's, and everything of a header by the header's path.
 */
export function select(abi: Abi, globs: readonly string[], without: Without): Selection {
  const chosen = meeting(abi, globs);
  const excluded = meeting(abi, without.globs, "themselves");
  const gone = new Map(without.items);
  if (without.globs.length > 0) {
    for (const name of [...excluded.structs, ...excluded.constants, ...excluded.strings])
      gone.set(name, EXCLUDED);
  }
  addHolders(abi, chosen.structs, gone);
  const kept = (names: ReadonlySet<string>): Set<string> =>
    new Set([...names].filter((name) => !gone.has(name)));
  // A declaration without a place in the model has no name in `gone`.
  const unmodelled = chosen.unmodelled.filter(
    (declaration) => without.globs.length === 0 || !excluded.unmodelled.includes(declaration),
  );
  const leftOut = [...gone]
    .filter(([name]) => [chosen.structs, chosen.constants, chosen.strings].some((names) => names.has(name)))
    .map(([name, why]) => ({ name, why }));
  return {
    structs: kept(chosen.structs),
    constants: kept(chosen.constants),
    strings: kept(chosen.strings),
    leftOut,
    unmodelled,
    unmatched: [...chosen.unmatched, ...(without.globs.length > 0 ? excluded.unmatched : [])],
  };
}

/** Why an item of `--exclude` is left out. */
export const EXCLUDED = "excluded";

/** Structs that hold one that is gone are gone, too. */
function addHolders(abi: Abi, structs: ReadonlySet<string>, gone: Map<string, string>): void {
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    for (const key of structs) {
      if (gone.has(key)) continue;
      const held = abi.structs[key].fields.map((row) => (row.handle ? undefined : neededBy(abi, row)));
      const missing = held.find((needed) => needed !== undefined && gone.has(needed));
      if (missing !== undefined) gone.set(key, `it holds ${missing}, which is left out`);
    }
  }
}

/** Items that the globs name; all of them where there is no glob. `with their needs`: and what they need. */
function meeting(
  abi: Abi,
  globs: readonly string[],
  taken: "themselves" | "with their needs" = "with their needs",
): Omit<Selection, "leftOut"> {
  const constants = allConstants(abi);
  if (globs.length === 0) {
    return {
      structs: new Set(Object.keys(abi.structs)),
      constants: new Set(constants.map(([name]) => name)),
      strings: new Set(Object.keys(abi.strings)),
      unmodelled: abi.unmodelled,
      unmatched: [],
    };
  }
  const matcher = new Matcher(globs);
  const structs = new Set<string>();
  for (const [key, struct] of Object.entries(abi.structs)) {
    const names = [key, tagOf(key), ...(typedefsOf(abi).get(key) ?? []), struct.file];
    if (!matcher.meets(names)) continue;
    if (taken === "themselves") structs.add(key);
    else addWithNeeds(abi, key, structs);
  }
  const groups = groupsOf(abi);
  const wanted = new Set<string>();
  for (const [name, constant] of constants) {
    const names = [name, ...(groups.get(name) ?? []), constant.file ?? ""];
    const inBody = constant.within !== undefined && structs.has(constant.within);
    if (matcher.meets(names) || inBody) wanted.add(name);
  }
  if (taken === "with their needs") addEnumsOf(abi, structs, wanted);
  const strings = new Set(Object.keys(abi.strings).filter((name) => matcher.meets([name])));
  const unmodelled = abi.unmodelled.filter(({ name, file }) => matcher.meets([name, tagOf(name), file]));
  return { structs, constants: wanted, strings, unmodelled, unmatched: matcher.unmatched() };
}

function tagOf(key: string): string {
  return key.replace(/^(struct|union) /, "");
}

class Matcher {
  private readonly globs: readonly { readonly text: string; readonly pattern: RegExp }[];
  private readonly met = new Set<string>();

  constructor(globs: readonly string[]) {
    this.globs = globs.map((text) => ({ text, pattern: patternOf(text) }));
  }

  meets(names: readonly string[]): boolean {
    let any = false;
    for (const { text, pattern } of this.globs) {
      if (!names.some((name) => pattern.test(name))) continue;
      this.met.add(text);
      any = true;
    }
    return any;
  }

  unmatched(): string[] {
    return this.globs.map(({ text }) => text).filter((text) => !this.met.has(text));
  }
}

/** `*` any characters, `?` one; stars in a row are one, so that no pattern takes exponential time. */
function patternOf(glob: string): RegExp {
  const escaped = glob.replace(/\*+/g, "*").replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`);
}

function addWithNeeds(abi: Abi, first: string, chosen: Set<string>): void {
  const waiting = [first];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (chosen.has(key)) continue;
    chosen.add(key);
    for (const row of abi.structs[key].fields) {
      const needed = neededBy(abi, row);
      if (needed !== undefined) waiting.push(needed);
    }
  }
}

function addEnumsOf(abi: Abi, structs: ReadonlySet<string>, constants: Set<string>): void {
  for (const key of structs) {
    for (const { path, type } of abi.structs[key].fields) {
      const group = heldEnum(abi.structs[key].file, path, type);
      if (group !== undefined && Object.hasOwn(abi.groups, group))
        for (const name of abi.groups[group].members) constants.add(name);
      if (!Object.hasOwn(abi.enums, type)) continue;
      for (const name of Object.keys(abi.enums[type].values)) constants.add(name);
    }
  }
}

const typedefNames = new WeakMap<Abi, Map<string, string[]>>();

/** Names of typedefs by the aggregate that they stand for. */
function typedefsOf(abi: Abi): Map<string, string[]> {
  let known = typedefNames.get(abi);
  if (known === undefined) {
    known = new Map();
    for (const [name, { target }] of Object.entries(abi.typedefs)) {
      if (!Object.hasOwn(abi.structs, target)) continue;
      known.set(target, [...(known.get(target) ?? []), name]);
    }
    typedefNames.set(abi, known);
  }
  return known;
}

/** Names of groups and enums by constant. */
function groupsOf(abi: Abi): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const add = (group: string, member: string): void => {
    groups.set(member, [...(groups.get(member) ?? []), group]);
  };
  for (const [group, { members }] of Object.entries(abi.groups))
    for (const member of members) add(group, member);
  for (const [key, { values }] of Object.entries(abi.enums)) {
    for (const member of Object.keys(values)) {
      add(key, member);
      add(key.replace(/^enum /, ""), member);
    }
  }
  return groups;
}
