import { type Architecture, architectureOf } from "../../model/architecture.ts";
import type { LayoutMember } from "../../model/layout.ts";
import type { Abi, Field, Struct } from "../../model/model.ts";
import { BindingError, checkedName, forItem } from "./binding-error.ts";
import type { AggregatePlan, BitRange, MemberPlan, MemberType } from "./binding-plan.ts";
import { commentSafe } from "./comment-text.ts";
import { type DeclaredLayout, declaredLayout } from "./declared-layout.ts";
import { heldEnum } from "./held-enums.ts";
import { elementSpelling, memberType } from "./member-types.ts";
import { type RowNode, rowTree } from "./row-tree.ts";

/** What an aggregate is planned from, whether it has a name in C or not. */
interface Source {
  readonly name: string;
  readonly title: string;
  readonly unnamed: boolean;
  readonly key: string | undefined;
  readonly owner: string;
  readonly kind: "struct" | "union";
  readonly nodes: readonly RowNode[];
  /** Bytes from the start of the model's aggregate. */
  readonly base: number;
  readonly assertedBase: number;
  readonly size: number;
  readonly assertedSize: number;
  readonly align: number | undefined;
  /** Alignment of the model's aggregate: nothing inside it asks for more. */
  readonly alignMax: number;
  readonly attributed: boolean;
  readonly assertedAlign: number | undefined;
  readonly file: string;
  readonly line: number;
}

/** Plans aggregates on demand, what they contain first. */
export class AggregatePlanner {
  /** In the order of printing. */
  readonly planned: AggregatePlan[] = [];
  private readonly byKey = new Map<string, AggregatePlan>();
  private readonly open = new Set<string>();
  private readonly names: Set<string>;
  private readonly abi: Abi;
  private readonly asserted: Abi;
  private readonly arch: Architecture;
  private readonly leftOut: ReadonlySet<string>;

  /** `leftOut`: keys that are not planned; handles to them lead to no type. */
  constructor(abi: Abi, asserted: Abi, leftOut: ReadonlySet<string> = new Set()) {
    this.leftOut = leftOut;
    this.abi = abi;
    this.asserted = asserted;
    this.arch = architectureOf(abi.arch);
    this.names = new Set();
    for (const key of Object.keys(abi.structs)) {
      if (leftOut.has(key)) continue;
      forItem(key, () => checkedName(plainName(key), key));
      if (this.names.has(plainName(key)))
        throw new BindingError(`${key}: a struct and a union of one name`, key);
      this.names.add(plainName(key));
    }
  }

  /** The plan of what a guest handle leads to; undefined where that is left out. */
  target(key: string): AggregatePlan | undefined {
    return this.leftOut.has(key) ? undefined : this.plan(key, "handle");
  }

  /** The plan of an aggregate of the model. Throws BindingError. */
  plan(key: string, use: "inside" | "handle" = "inside"): AggregatePlan {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const struct = this.abi.structs[key];
    if (this.open.has(key)) {
      // A handle may lead back to what holds it: only its name is needed then.
      if (use === "handle") return emptyPlan(key, struct);
      throw new BindingError(`${key}: holds itself`, key);
    }
    this.open.add(key);
    const asserted = Object.hasOwn(this.asserted.structs, key) ? this.asserted.structs[key] : struct;
    const source: Source = {
      name: plainName(key),
      title: key,
      unnamed: false,
      key,
      owner: key,
      kind: struct.kind,
      nodes: rowTree(struct.fields, asserted.fields, struct.kind),
      base: 0,
      assertedBase: 0,
      size: struct.size,
      assertedSize: asserted.size,
      align: struct.align,
      alignMax: struct.align,
      attributed: struct.attributed ?? false,
      assertedAlign: asserted.align,
      file: struct.file,
      line: struct.line,
    };
    const plan = forItem(key, () => this.planSource(source));
    this.open.delete(key);
    this.byKey.set(key, plan);
    return plan;
  }

  private planSource(source: Source): AggregatePlan {
    const types = source.nodes.map((node) => this.typeOf(node, source));
    const layout = declaredLayout(
      source.nodes.map((node, i) => this.layoutMember(node.row, types[i], source)),
      source.kind,
      {
        size: source.size,
        align: source.align,
        bitOffsets: source.nodes.map(({ row }) => (row.bitOffset ?? row.offset * 8) - source.base * 8),
        attributed: source.attributed,
      },
      this.arch,
    );
    const plan: AggregatePlan = {
      name: source.name,
      title: source.title,
      unnamed: source.unnamed,
      key: source.key,
      owner: source.owner,
      kind: source.kind,
      members: source.nodes.map((node, i) =>
        memberPlan(node, types[i], source, layout.bitOffsets[i], this.handleAlign(types[i])),
      ),
      declaredSize: layout.size,
      declaredAlign: layout.align,
      assertedSize: stated(layout.size, source.size, source.assertedSize),
      assertedAlign: stated(layout.align, source.align ?? layout.align, source.assertedAlign),
      ...packing(layout),
      file: source.file,
      line: source.line,
    };
    this.planned.push(plan);
    return plan;
  }

  private typeOf(node: RowNode, source: Source): MemberType {
    const { row, asserted } = node;
    const kind = /^(struct|union) <anonymous>/.exec(elementSpelling(this.abi, row))?.[1] as
      | "struct"
      | "union"
      | undefined;
    if (kind === undefined) return memberType(this.abi, row, source.title, this);
    const member = memberName(node);
    const count = elementCount(row);
    if (count === 0)
      throw new BindingError(`${source.title}.${row.path}: no mapping for an open array of unnamed type`);
    const nested = this.planSource({
      name: this.nestedName(`${source.name}_${member}`, kind),
      title: `${source.title}.${row.anonymous ? `<${member}>` : member}`,
      unnamed: row.anonymous === true,
      key: undefined,
      owner: source.owner,
      kind,
      nodes: node.inside,
      base: row.offset,
      assertedBase: asserted.offset,
      size: row.size / count,
      assertedSize: asserted.size / count,
      align: undefined,
      alignMax: source.alignMax,
      attributed: source.attributed,
      assertedAlign: undefined,
      file: source.file,
      line: row.line ?? source.line,
    });
    return { kind: "aggregate", of: nested };
  }

  private nestedName(wanted: string, kind: string): string {
    for (const name of [wanted, `${wanted}_${kind}`]) {
      if (this.names.has(name)) continue;
      this.names.add(name);
      return name;
    }
    throw new BindingError(`two unnamed types would be called '${wanted}_${kind}'`);
  }

  private layoutMember(row: Field, type: MemberType, source: Source): LayoutMember {
    const align = this.alignOf(type);
    const explicitAlign = explicitAlignOf(row, source);
    const count = elementCount(row);
    return {
      size: sizeOf(type) * count,
      align: Math.max(align, explicitAlign),
      explicitAlign,
      packed: false,
      bitWidth: row.bitWidth,
      named: true,
    };
  }

  /** i386 aligns 8-byte numbers to 4: a handle of 8 bytes has to ask for its own alignment. */
  private handleAlign(type: MemberType): number {
    return type.kind === "handle" && type.bytes > this.arch.longLongAlign ? type.bytes : 0;
  }

  private alignOf(type: MemberType): number {
    if (type.kind === "aggregate") return type.of.declaredAlign;
    return type.kind === "integer" ? type.align : type.bytes;
  }
}

/** Bytes of one element of a type, as declared. */
export function sizeOf(type: MemberType): number {
  return type.kind === "aggregate" ? type.of.declaredSize : type.bytes;
}

function elementCount(row: Field): number {
  return (row.array ?? []).reduce<number>((n, length) => n * (length ?? 0), 1);
}

function declaredBytes(row: Field, type: MemberType): number {
  return row.flexible ? 0 : sizeOf(type) * elementCount(row);
}

function plainName(key: string): string {
  return key.replace(/^(struct|union) /, "");
}

/**
 * uint64_aligned_t is a macro: its use is all that a model keeps of the attribute. dm_op.h defines it for guests on x86 without
 * the attribute, which the alignment of the whole tells.
 */
function explicitAlignOf(row: Field, source: Source): number {
  if (source.alignMax < 8) return 0;
  return row.macros?.some((macro) => /^u?int64_aligned_t$/.test(macro)) ? 8 : 0;
}

function packing(layout: DeclaredLayout): Pick<AggregatePlan, "pack" | "raisedAlign" | "placed"> {
  return { pack: layout.pack, raisedAlign: layout.raisedAlign, placed: layout.placed };
}

function emptyPlan(key: string, struct: Struct): AggregatePlan {
  return {
    name: plainName(key),
    title: key,
    unnamed: false,
    key,
    owner: key,
    kind: struct.kind,
    members: [],
    declaredSize: struct.size,
    declaredAlign: struct.align,
    assertedSize: struct.size,
    assertedAlign: struct.align,
    pack: 0,
    raisedAlign: false,
    placed: false,
    file: struct.file,
    line: struct.line,
  };
}

/** Members of an unnamed one that its made-up name lists; more would not explain more. */
const namedInsideMax = 3;

/** Xen's name; an unnamed member is called after what it holds: "x0_or_r0_usr". */
function memberName(node: RowNode): string {
  const { row, inside } = node;
  if (!row.anonymous) return checkedName(row.path.slice(row.path.lastIndexOf(".") + 1), row.path);
  const names = inside.slice(0, namedInsideMax).map(memberName);
  const joint = row.type.startsWith("union") ? "_or_" : "_and_";
  return inside.length > namedInsideMax ? `${names[0]}${joint}more` : names.join(joint);
}

/**
 * What an assertion states: the other model's number; this one's own where it contradicts what its types give, so that
 * neither model's mistake goes unseen.
 */
function stated<T>(declared: T, own: T, other: T): T {
  return own === declared ? other : own;
}

function memberPlan(
  node: RowNode,
  type: MemberType,
  source: Source,
  bitOffset: number,
  handleAlign: number,
): MemberPlan {
  const { row, asserted } = node;
  const dimensions = (row.array ?? []) as readonly number[];
  return {
    name: memberName(node),
    unnamed: row.anonymous === true,
    type,
    dimensions: row.flexible ? dimensions.slice(1) : dimensions,
    flexible: row.flexible === true,
    bits: bitsOf(row, asserted, source, bitOffset),
    declaredOffset: Math.floor(bitOffset / 8),
    assertedOffset: stated(
      Math.floor(bitOffset / 8),
      row.offset - source.base,
      asserted.offset - source.assertedBase,
    ),
    assertedSize: stated(declaredBytes(row, type), row.size, asserted.size),
    align: Math.max(explicitAlignOf(row, source), handleAlign),
    spelling: commentSafe(row.type),
    holds: heldEnum(source.file, memberName(node), row.type),
    file: source.file,
    line: row.line ?? source.line,
  };
}

function bitsOf(row: Field, asserted: Field, source: Source, bitOffset: number): BitRange | undefined {
  if (row.bitWidth === undefined) return undefined;
  return {
    declaredOffset: bitOffset,
    assertedOffset: stated(
      bitOffset,
      (row.bitOffset ?? row.offset * 8) - source.base * 8,
      (asserted.bitOffset ?? asserted.offset * 8) - source.assertedBase * 8,
    ),
    width: row.bitWidth,
  };
}
