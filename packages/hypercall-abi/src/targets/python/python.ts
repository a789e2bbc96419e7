import { BindingError, forItem } from "../plan/binding-error.ts";
import type {
  AggregatePlan,
  BindingPlan,
  ConstantSection,
  MemberPlan,
  MemberType,
} from "../plan/binding-plan.ts";
import { commentSafe, headLines, listed, placeText, spelledType } from "../plan/comment-text.ts";
import { ForeignSections } from "../plan/foreign-sections.ts";
import { decimalOrHex } from "../plan/number-text.ts";
import { Printer } from "../plan/printer.ts";
import { alignOfSlots, type BitSlot, packingOf, type Slot, slotsOf } from "../plan/slots.ts";
import type { Target } from "../plan/target.ts";
import { textLiteral } from "../plan/text-literal.ts";
import { memberName, PythonNames, titleOf } from "./python-names.ts";
import { pythonStubs } from "./python-stubs.ts";
import support from "./support.py?raw";

const sections = new ForeignSections(support);

/** A module of ctypes structures; it raises when it is imported and a size, offset or value is not Xen's. */
export const python: Target = {
  name: "python",
  title: "Python",
  extension: "py",
  hasShim: false,
  emit: (plan) => new PythonEmitter(plan).text(),
  stubs: pythonStubs,
};

/** A type, its size and alignment, and its members: name, offset and size; bits and how many where the last one is True. */
const LAYOUTS_TYPE =
  "tuple[tuple[type[Structure] | type[Union], int, int, tuple[tuple[str, int, int, bool], ...]], ...]";

/** The module without the names of ctypes that it does not use: checkers tell of them. */
function withUsedImports(text: string): string {
  const uses = new Map<string, number>();
  for (const [word] of text.matchAll(/\b[A-Za-z_]\w*/g)) uses.set(word, (uses.get(word) ?? 0) + 1);
  return text.replace(/^from (ctypes|enum) import ([\w, ]+)\n/gm, (line, module: string, names: string) => {
    if (names.includes(" as ")) return line;
    const used = names.split(", ").filter((name) => (uses.get(name) ?? 0) > 1);
    return used.length === 0 ? "" : `from ${module} import ${used.join(", ")}\n`;
  });
}

class PythonEmitter {
  private readonly out = new Printer("    ");
  private readonly plan: BindingPlan;
  private readonly names: PythonNames;

  constructor(plan: BindingPlan) {
    this.plan = plan;
    this.names = new PythonNames(plan);
  }

  text(): string {
    const { out, plan } = this;
    const [first, second] = headLines(plan, "Python");
    out.all([`"""${first}`, "", second, "Importing it checks sizes, offsets and values.", '"""', ""]);
    out.all(sections.lines("imports"));
    out.gap();
    for (const section of plan.sections) this.section(section);
    this.strings();
    for (const aggregate of plan.aggregates) forItem(aggregate.owner, () => this.aggregate(aggregate));
    this.checks();
    return withUsedImports(out.toString());
  }

  private section(section: ConstantSection): void {
    const { out } = this;
    const title = titleOf(section);
    out.gap();
    out.line(`# ${title}`.trimEnd());
    for (const constant of section.constants) {
      this.doc(constant.file, constant.line);
      const place = placeText(constant.file, constant.line);
      out.line(
        `${this.names.constant(constant.name)} = ${decimalOrHex(constant.value)}  # ${listed(constant.type, place)}`,
      );
    }
    const name = this.names.enumeration(section);
    if (name === undefined) return;
    out.gap();
    out.line();
    out.block(`class ${name}(IntEnum):`, "", () => {
      out.line(`"""${title}"""`);
      out.gap();
      for (const constant of section.constants) {
        const own = this.names.constant(constant.name);
        out.line(`${own} = ${decimalOrHex(constant.value)}`);
      }
    });
  }

  private strings(): void {
    if (this.plan.strings.length === 0) return;
    this.out.gap();
    for (const { name, text } of this.plan.strings)
      this.out.line(`${this.names.constant(name)} = ${textLiteral(text, "python")}`);
  }

  private aggregate(aggregate: AggregatePlan): void {
    const { out } = this;
    const slots = slotsOf(aggregate);
    const base = aggregate.kind === "union" ? "Union" : "Structure";
    const pack = packingOf(aggregate, slots);
    if (pack === undefined || (pack > 0 && aggregate.declaredAlign > pack)) {
      const what = `a type of ${aggregate.declaredSize} bytes aligned to ${aggregate.declaredAlign} whose members lie elsewhere`;
      throw new BindingError(`${aggregate.title}: ctypes cannot say ${what}`);
    }
    out.gap();
    out.line();
    out.block(`class ${this.names.type(aggregate)}(${base}):`, "", () => {
      out.line(`"""${listed(aggregate.title, placeText(aggregate.file, aggregate.line))}"""`);
      this.doc(aggregate.file, aggregate.line);
      out.gap();
      if (pack > 0) out.line(`_pack_ = ${pack}`);
      const unnamed = aggregate.members.filter((member) => member.unnamed).map(({ name }) => `"${name}",`);
      if (unnamed.length > 0) out.line(`_anonymous_ = (${unnamed.join(" ")})`);
      const align = Math.max(1, alignOfSlots(slots));
      if (slots.length === 0) out.line("_fields_ = []");
      else
        out.block("_fields_ = [", "]", () => {
          if (pack === 0) this.alignment(aggregate, align);
          for (const slot of slots) this.slot(slot);
        });
      for (const slot of slots) if (slot.kind === "bits") this.bitProperties(aggregate, slot);
    });
  }

  /** An array of no elements takes no bytes and aligns what holds it. */
  private alignment(aggregate: AggregatePlan, align: number): void {
    if (align >= aggregate.declaredAlign) return;
    if (aggregate.declaredAlign > 8)
      throw new BindingError(`${aggregate.title}: ctypes has no alignment of ${aggregate.declaredAlign}`);
    this.out.line(`("_align", c_uint${aggregate.declaredAlign * 8} * 0),`);
  }

  private slot(slot: Slot): void {
    if (slot.kind === "padding") {
      this.out.line(`("${slot.name}", c_uint8 * ${slot.bytes}),`);
      return;
    }
    if (slot.kind === "bits") {
      const names = slot.fields.map(({ member }) => member.name).join(", ");
      this.out.line(`("${slot.name}", ${storageType(slot)}),  # bits of ${names}`);
      return;
    }
    const { member } = slot;
    this.doc(member.file, member.line);
    const note = listed(spelledType(member), placeText(member.file, member.line));
    this.out.line(`("${memberName(member)}", ${this.memberType(member)}),  # ${note}`);
  }

  private bitProperties(aggregate: AggregatePlan, slot: BitSlot): void {
    if (aggregate.kind === "union")
      throw new BindingError(`${aggregate.title}: no mapping for bit fields of a union`);
    this.out.gap();
    for (const { member, shift, width } of slot.fields) {
      this.out.line(`${memberName(member)} = bit_field("${slot.name}", ${shift}, ${width})`);
    }
  }

  /** What is asserted at the import: values, and per type size, alignment and members. */
  private checks(): void {
    const { out, plan } = this;
    out.gap();
    out.line();
    out.block("_VALUES: tuple[tuple[str, int], ...] = (", ")", () => {
      for (const { constants } of plan.sections)
        for (const { name, assertedValue } of constants)
          out.line(`("${this.names.constant(name)}", ${decimalOrHex(assertedValue)}),`);
    });
    out.gap();
    out.block(`_LAYOUTS: ${LAYOUTS_TYPE} = (`, ")", () => {
      for (const aggregate of plan.aggregates) this.layout(aggregate);
    });
    out.gap();
    out.line();
    out.all(sections.lines("checks"));
  }

  private layout(aggregate: AggregatePlan): void {
    const align = aggregate.assertedAlign ?? aggregate.declaredAlign;
    const open = `(${this.names.type(aggregate)}, ${aggregate.assertedSize}, ${align}, (`;
    this.out.block(open, ")),", () => {
      for (const member of aggregate.members) {
        const { bits } = member;
        if (bits !== undefined)
          this.out.line(`("${memberName(member)}", ${bits.assertedOffset}, ${bits.width}, True),`);
        else
          this.out.line(
            `("${memberName(member)}", ${member.assertedOffset}, ${member.assertedSize}, False),`,
          );
      }
    });
  }

  private memberType(member: MemberPlan): string {
    let text = this.elementType(member.type);
    for (const length of [...member.dimensions].reverse()) text = `${text} * ${length}`;
    if (member.dimensions.length > 1) text = nested(this.elementType(member.type), member.dimensions);
    return member.flexible ? `(${text}) * 0` : text;
  }

  private elementType(type: MemberType): string {
    switch (type.kind) {
      case "aggregate":
        return this.names.type(type.of);
      case "handle":
      case "pointer":
        return `c_uint${type.bytes * 8}`;
      case "integer":
        if (type.character) return "c_char";
        return `c_${type.signed ? "" : "u"}int${type.bytes * 8}`;
    }
  }

  private doc(file: string, line: number): void {
    for (const text of this.plan.docOf(file, line)) this.out.line(`# ${commentSafe(text)}`.trimEnd());
  }
}

function nested(element: string, dimensions: readonly number[]): string {
  return [...dimensions].reverse().reduce((text, length) => `(${text} * ${length})`, element);
}

function storageType(slot: BitSlot): string {
  return slot.whole ? `c_uint${slot.bytes * 8}` : `c_uint8 * ${slot.bytes}`;
}
