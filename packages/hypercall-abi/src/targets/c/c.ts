import { BindingError, forItem } from "../plan/binding-error.ts";
import type {
  AggregatePlan,
  BindingPlan,
  ConstantPlan,
  ConstantSection,
  MemberPlan,
  MemberType,
} from "../plan/binding-plan.ts";
import { commentSafe, headLines, listed, placeText } from "../plan/comment-text.ts";
import { decimalOrHex } from "../plan/number-text.ts";
import { Printer } from "../plan/printer.ts";
import { ringsOf, xenstorePageOf } from "../plan/rings.ts";
import type { ShimPlan } from "../plan/shim-plan.ts";
import { bytesOf } from "../plan/slots.ts";
import type { EmitOptions, Target } from "../plan/target.ts";
import { textLiteral } from "../plan/text-literal.ts";
import { cName, cOwnWords } from "./c-names.ts";
import { renderCRings } from "./c-rings.ts";
import { renderCShim } from "./c-shim.ts";

/** A header of its own: fixed-width types, no include of Xen's, an assertion for every size, offset and value. */
export const c: Target = {
  name: "c",
  title: "C",
  extension: "h",
  hasShim: true,
  emit: (plan, options) => new CEmitter(plan, options).text(),
};

class CEmitter {
  private readonly out = new Printer("    ");
  private readonly plan: BindingPlan;
  private readonly prefix: string;
  private readonly shim: ShimPlan | undefined;
  private readonly tags: Set<string>;

  constructor(plan: BindingPlan, options: EmitOptions) {
    this.plan = plan;
    this.prefix = options.prefix;
    this.shim = options.shim;
    this.tags = new Set(plan.aggregates.map(({ name }) => name));
    if (this.prefix === "") this.checkMacros();
  }

  text(): string {
    const guard = `${this.prefix.toUpperCase()}XEN_BINDINGS_H`;
    this.out.line("/*");
    for (const line of headLines(this.plan, "C")) this.out.line(` * ${line}`);
    this.out.all([" */", `#ifndef ${guard}`, `#define ${guard}`, ""]);
    this.out.line("#ifdef __ASSEMBLER__");
    this.assemblyConstants();
    this.out.all(["#else", ""]);
    this.out.all(["#include <stddef.h>", "#include <stdint.h>", ""]);
    this.out.all(["#if defined(__cplusplus) && !defined(_Static_assert)"]);
    this.out.all(["#define _Static_assert static_assert", "#define _Alignof alignof", "#endif"]);
    for (const section of this.plan.sections) this.section(section);
    this.strings();
    for (const aggregate of this.plan.aggregates)
      if (!aggregate.unnamed) forItem(aggregate.owner, () => this.aggregate(aggregate));
    const rings = renderCRings(ringsOf(this.plan), xenstorePageOf(this.plan) !== undefined, this.prefix);
    if (rings.length > 0) this.out.gap();
    this.out.all(rings);
    if (this.shim !== undefined) {
      this.out.gap();
      this.out.all(renderCShim(this.shim, this.prefix).trimEnd().split("\n"));
    }
    this.out.gap();
    this.out.line("#endif /* __ASSEMBLER__ */");
    this.out.gap();
    this.out.line(`#endif /* ${guard} */`);
    return this.out.toString();
  }

  /** Values alone, for files of assembly: an assembler knows no suffix, cast or enum. */
  private assemblyConstants(): void {
    for (const { constants } of this.plan.sections)
      for (const { name, value } of constants)
        this.out.line(`#define ${this.constantName(name)} ${decimalOrHex(value)}`);
  }

  /** A macro that is called as a word of the declarations below it would change them. */
  private checkMacros(): void {
    const used = new Set(cOwnWords);
    for (const { name, members } of this.plan.aggregates) {
      used.add(cName(name));
      for (const member of members) if (!member.unnamed) used.add(cName(member.name));
    }
    for (const { constants } of this.plan.sections) {
      for (const { name } of constants)
        if (used.has(cName(name)))
          throw new BindingError(`${name}: a word or a member of C is called so, too`, name);
    }
  }

  private constantName(name: string): string {
    return cName(this.prefix.toUpperCase() + name);
  }

  private typeName(of: AggregatePlan): string {
    return `${of.kind} ${cName(this.prefix + of.name)}`;
  }

  private section(section: ConstantSection): void {
    const { out } = this;
    out.gap();
    const title = listed(section.title ?? "", placeText(section.file, section.line));
    if (title !== "") out.line(`/* ${title} */`);
    const asEnum = section.title?.startsWith("enum ") && section.constants.every(isInt);
    if (asEnum) {
      const free = section.enumName !== undefined && !this.tags.has(section.enumName);
      const tag = free ? ` ${cName(this.prefix + section.enumName)}` : "";
      out.block(`enum${tag} {`, "};", () => {
        for (const constant of section.constants) {
          this.doc(constant.file, constant.line);
          out.line(
            `${this.constantName(constant.name)} = ${literal(constant, constant.value)},${note(constant)}`,
          );
        }
      });
    } else {
      for (const constant of section.constants) {
        this.doc(constant.file, constant.line);
        const value = literal(constant, constant.value);
        out.line(`#define ${this.constantName(constant.name)} ${value}${note(constant)}`);
      }
    }
    for (const constant of section.constants) {
      const name = this.constantName(constant.name);
      this.assert(`${name} == ${literal(constant, constant.assertedValue)}`, constant.name);
      this.assert(`sizeof(${name}) == ${constant.bytes}`, constant.name);
    }
  }

  private strings(): void {
    if (this.plan.strings.length === 0) return;
    this.out.gap();
    for (const { name, text } of this.plan.strings) {
      this.out.line(`#define ${this.constantName(name)} ${textLiteral(text, "c")}`);
    }
  }

  private aggregate(aggregate: AggregatePlan): void {
    const { out } = this;
    out.gap();
    this.doc(aggregate.file, aggregate.line);
    out.line(`/* ${listed(aggregate.title, placeText(aggregate.file, aggregate.line))} */`);
    const type = this.typeName(aggregate);
    const isUneven = holdsUneven(aggregate);
    if (isUneven) out.all(unevenBegins);
    const extension = isBeyondStandard(aggregate) ? "__extension__ " : "";
    out.block(`${extension}${type} {`, `}${attributes(aggregate)};`, () => this.members(aggregate));
    if (isUneven) out.all(unevenEnds);
    if (aggregate.key !== undefined && !aggregate.key.includes(" ")) {
      out.line(`typedef ${type} ${cName(this.prefix + aggregate.name)};`);
    }
    this.assert(`sizeof(${type}) == ${aggregate.assertedSize}`, aggregate.title);
    if (aggregate.assertedAlign !== undefined)
      this.assert(`_Alignof(${type}) == ${aggregate.assertedAlign}`, aggregate.title);
    this.assertMembers(aggregate, type, aggregate.title, 0);
  }

  private members(aggregate: AggregatePlan): void {
    // An empty struct has no size in C and one byte in C++; with this it has none in both.
    if (aggregate.members.length === 0) this.out.line("char nothing[0];");
    const padding = new Padding(aggregate, this.out);
    for (const member of aggregate.members) {
      padding.before(member);
      if (member.unnamed) {
        const { of } = inner(member);
        this.out.block(`${of.kind} {`, `}${attributes(of)};`, () => this.members(of));
        continue;
      }
      this.doc(member.file, member.line);
      const dimensions = `${member.flexible ? openArray(member) : ""}${member.dimensions.map((n) => `[${n}]`).join("")}`;
      const bits = member.bits === undefined ? "" : ` : ${member.bits.width}`;
      const align = member.align > 0 ? ` __attribute__((aligned(${member.align})))` : "";
      const type = this.memberType(member.type);
      const said = `${member.type.kind === "aggregate" ? "" : spelledOut(member, type)}`;
      const comment = listed(said, placeText(member.file, member.line));
      const after = comment === "" ? "" : ` /* ${comment} */`;
      this.out.line(`${type} ${cName(member.name)}${dimensions}${bits}${align};${after}`);
    }
    padding.end();
  }

  /** C has no offset of a bit field, and what an unnamed member holds is asserted from the outside. */
  private assertMembers(aggregate: AggregatePlan, type: string, title: string, base: number): void {
    for (const member of aggregate.members) {
      if (member.unnamed) {
        this.assertMembers(inner(member).of, type, title, base + member.assertedOffset);
      } else if (member.bits === undefined) {
        const what = `${title}.${member.name}`;
        this.assert(`offsetof(${type}, ${cName(member.name)}) == ${base + member.assertedOffset}`, what);
        if (!member.flexible)
          this.assert(`sizeof(((${type} *)0)->${cName(member.name)}) == ${member.assertedSize}`, what);
      }
    }
  }

  private memberType(type: MemberType): string {
    switch (type.kind) {
      case "aggregate":
        return this.typeName(type.of);
      case "handle":
      case "pointer":
        return `uint${type.bytes * 8}_t`;
      case "integer":
        if (type.character) return "char";
        return `${type.signed ? "" : "u"}int${type.bytes * 8}_t`;
    }
  }

  private doc(file: string, line: number): void {
    const lines = this.plan.docOf(file, line).map(commentSafe);
    if (lines.length === 1) this.out.line(`/** ${lines[0]} */`);
    else if (lines.length > 1) {
      this.out.line("/**");
      for (const text of lines) this.out.line(` * ${text}`.trimEnd());
      this.out.line(" */");
    }
  }

  private assert(condition: string, what: string): void {
    this.out.line(`_Static_assert(${condition}, "${what}");`);
  }
}

/** Writes out the padding of an aggregate whose members no rule of C puts where they lie. */
class Padding {
  private bits = 0;
  private count = 0;
  private readonly aggregate: AggregatePlan;
  private readonly out: Printer;

  constructor(aggregate: AggregatePlan, out: Printer) {
    this.aggregate = aggregate;
    this.out = out;
  }

  /** `packed` is for all members alike: what #pragma pack(2) leaves between them has to be said. */
  private get isWritten(): boolean {
    return this.aggregate.placed || this.aggregate.pack > 1;
  }

  before(member: MemberPlan): void {
    if (!this.isWritten || this.aggregate.kind === "union") return;
    const start = member.bits?.declaredOffset ?? member.declaredOffset * 8;
    this.upTo(start, member.bits !== undefined);
    this.bits = start + (member.bits?.width ?? bytesOf(member) * 8);
  }

  end(): void {
    const { kind, declaredSize, members } = this.aggregate;
    if (!this.isWritten || (members.at(-1)?.flexible ?? false)) return;
    if (kind === "struct") this.upTo(declaredSize * 8, false);
    else this.out.line(`uint8_t ${this.name()}[${declaredSize}];`);
  }

  private upTo(bit: number, isBitField: boolean): void {
    while (this.bits % 8 !== 0 && this.bits < bit) {
      const width = Math.min(8 - (this.bits % 8), bit - this.bits);
      if (isBitField) this.out.line(`uint8_t : ${width};`);
      this.bits += width;
    }
    const bytes = Math.floor((bit - this.bits) / 8);
    if (bytes > 0) this.out.line(`uint8_t ${this.name()}[${bytes}];`);
    this.bits += bytes * 8;
    if (this.bits < bit) this.out.line(`uint8_t : ${bit - this.bits};`);
    this.bits = bit;
  }

  private name(): string {
    const name = `padding${this.count++}`;
    return this.aggregate.members.some((member) => member.name === name) ? `_${name}` : name;
  }
}

const unevenBegins = [
  "#if defined(__GNUC__) && !defined(__clang__)",
  "#pragma GCC diagnostic push",
  '#pragma GCC diagnostic ignored "-Wpacked-not-aligned"',
  "#endif",
];
const unevenEnds = ["#if defined(__GNUC__) && !defined(__clang__)", "#pragma GCC diagnostic pop", "#endif"];

/** A packed aggregate with a struct inside that lies at no multiple of the alignment it asks for: Xen's choice, no mistake. */
function holdsUneven({ pack, declaredAlign, members }: AggregatePlan): boolean {
  return members.some(({ type, declaredOffset }) => {
    if (type.kind !== "aggregate") return false;
    const { of } = type;
    const isLess = pack > 0 && (declaredAlign < of.declaredAlign || declaredOffset % of.declaredAlign !== 0);
    return (isLess && of.raisedAlign) || holdsUneven(of);
  });
}

/** What -Wpedantic has a word about: nothing inside, an open array that is not last or of length 0, an unnamed member in C++. */
function isBeyondStandard({ kind, members }: AggregatePlan): boolean {
  return (
    members.length === 0 ||
    members.some(
      ({ type, flexible, unnamed, bits }) =>
        flexible ||
        unnamed ||
        (bits !== undefined && kind === "union") ||
        (type.kind === "aggregate" && isBeyondStandard(type.of)),
    )
  );
}

function isInt(constant: ConstantPlan): boolean {
  return constant.bytes === 4 && constant.signed;
}

function inner(member: MemberPlan): { of: AggregatePlan } {
  if (member.type.kind !== "aggregate")
    throw new BindingError(`${member.name}: an unnamed member of plain type`);
  return member.type;
}

function openArray(member: MemberPlan): string {
  return /\[0\]/.test(member.spelling) ? "[0]" : "[]";
}

function attributes(aggregate: AggregatePlan): string {
  const list: string[] = [];
  if (aggregate.pack > 0) list.push("packed");
  if (aggregate.raisedAlign || aggregate.pack > 1) list.push(`aligned(${aggregate.declaredAlign})`);
  return list.length === 0 ? "" : ` __attribute__((${list.join(", ")}))`;
}

/** Xen's own type where the printed one says less. */
function spelledOut(member: MemberPlan, printed: string): string {
  const element = member.spelling.replace(/(?:\[[0-9]*\])+$/, "");
  if (member.type.kind === "handle") return `guest handle: ${element}`;
  return element === printed ? "" : element;
}

function note(constant: ConstantPlan): string {
  const place = placeText(constant.file, constant.line);
  return place === "" ? "" : ` /* ${place} */`;
}

/** A literal of the constant's own type that the preprocessor can compute with. */
function literal(constant: ConstantPlan, value: bigint): string {
  const { bytes, signed } = constant;
  const digits = decimalOrHex(value);
  if (signed) {
    const lowest = -(1n << BigInt(bytes * 8 - 1));
    // The lowest number has no literal: its digits alone do not fit.
    if (value === lowest) return `(-${wrap(bytes, (-lowest - 1n).toString())} - 1)`;
    return value < 0n ? `(${wrap(bytes, digits)})` : wrap(bytes, digits);
  }
  return bytes === 8 ? `UINT64_C(${digits})` : `${digits}U`;
}

function wrap(bytes: number, digits: string): string {
  return bytes === 8 ? `INT64_C(${digits})` : digits;
}
