import type { HalfShape } from "../../events/argument-shape.ts";
import { KeyTable } from "../../json/key-table.ts";
import type { HalfPaths, MemberPath } from "./member-paths.ts";

/** What a member of an argument is to the scanner. */
export const MemberKind = {
  /** Known, but only read in the general way. */
  unusual: 0,
  field: 1,
  signedField: 2,
  list: 3,
  /** An object with members of its own: `source`, `dest`, `in`, `out`. */
  nested: 4,
  /** The command word's upper bits: `start_extent`, `cont`. */
  start: 5,
  count: 6,
  ops: 7,
} as const;
export type MemberKind = (typeof MemberKind)[keyof typeof MemberKind];

interface Member {
  readonly name: string;
  readonly kind: MemberKind;
  /** Field or list of the half. */
  readonly index: number;
  readonly nested?: MemberTable;
}

/** The members that one JSON object of a call can have, by the bytes of their names. */
export class MemberTable {
  readonly names: readonly string[];
  readonly keys: KeyTable;
  readonly kinds: Uint8Array;
  readonly indices: Int32Array;
  readonly nested: readonly (MemberTable | undefined)[];

  constructor(members: readonly Member[]) {
    this.names = members.map((member) => member.name);
    this.keys = new KeyTable(this.names);
    this.kinds = Uint8Array.from(members, (member) => member.kind);
    this.indices = Int32Array.from(members, (member) => member.index);
    this.nested = members.map((member) => member.nested);
  }
}

/** Members of `args` that stand beside the struct's own. */
export const argumentMembers = {
  start: { name: "start_extent", kind: MemberKind.start, index: 0 },
  cont: { name: "cont", kind: MemberKind.start, index: 0 },
  count: { name: "count", kind: MemberKind.count, index: 0 },
  calls: { name: "nr_calls", kind: MemberKind.count, index: 0 },
  ops: { name: "ops", kind: MemberKind.ops, index: 0 },
  fault: { name: "fault", kind: MemberKind.unusual, index: 0 },
} as const satisfies Record<string, Member>;

/** Table of a half's own members and `more`. Lists inside rows are unusual: they follow the rows in the payload. */
export function tableOf(
  half: HalfShape,
  paths: HalfPaths,
  inRow: boolean,
  more: readonly Member[],
): MemberTable {
  const leaves: { readonly path: MemberPath; readonly kind: MemberKind; readonly index: number }[] = [];
  half.fields.forEach((field, index) => {
    const kind = field.signed === true ? MemberKind.signedField : MemberKind.field;
    leaves.push({ path: paths.fields[index], kind, index });
  });
  half.lists.forEach((_, index) => {
    leaves.push({ path: paths.lists[index], kind: inRow ? MemberKind.unusual : MemberKind.list, index });
  });
  const members: Member[] = [...more];
  const outer = new Map<string, Member[]>();
  for (const { path, kind, index } of leaves) {
    if (path === null) continue;
    if (path.length === 1) members.push({ name: path[0], kind, index });
    else outer.set(path[0], [...(outer.get(path[0]) ?? []), { name: path[1], kind, index }]);
  }
  for (const [name, inner] of outer) {
    members.push({ name, kind: MemberKind.nested, index: 0, nested: new MemberTable(inner) });
  }
  return new MemberTable(members);
}
