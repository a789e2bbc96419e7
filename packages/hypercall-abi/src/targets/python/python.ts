import { present } from "../../model/present.ts";
import { BindingError, forItem } from "../plan/binding-error.ts";
import type {
  AggregatePlan,
  BindingPlan,
  ConstantSection,
  MemberPlan,
  MemberType,
} from "../plan/binding-plan.ts";
import { commentSafe, headLines, listed, placeText } from "../plan/comment-text.ts";
import { ForeignSections } from "../plan/foreign-sections.ts";
import { camelCase, TypeNames } from "../plan/names.ts";
import { Printer } from "../plan/printer.ts";
import { alignOfSlots, type BitSlot, packingOf, type Slot, slotsOf } from "../plan/slots.ts";
import type { Target } from "../plan/target.ts";
import { textLiteral } from "../plan/text-literal.ts";
import support from "./support.py?raw";

const sections = new ForeignSections(support);

/** A module of ctypes structures; it raises when it is imported and a size, offset or value is not Xen's. */
export const python: Target = {
  name: "python",
  title: "Python",
  extension: "py",
  hasShim: false,
  emit: (plan) => new PythonEmitter(plan).text(),
};

const hexFrom = 256n;

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** What the module imports, defines and calls. */
const ownNames =
  "IntEnum LayoutError Structure Union alignment bit_field bytes c_char c_int16 c_int32 c_int64 c_int8 c_uint16 c_uint32 c_uint64 c_uint8 getattr globals int isinstance len property setattr sizeof sys ImportError ValueError _LAYOUTS _VALUES _check".split(
    " ",
  );

class PythonEmitter {
  private readonly out = new Printer("    ");
  private readonly plan: BindingPlan;
  private readonly names: TypeNames;
  private readonly constants = new Map<string, string>();

  constructor(plan: BindingPlan) {
    this.plan = plan;
    this.names = new TypeNames(plan, [...keywords, ...ownNames]);
    const plain = (name: string): boolean => !name.startsWith("__");
    const all = [...plan.sections.flatMap(({ constants }) => constants), ...plan.strings].map(
      ({ name }) => name,
    );
    // Inside a class Python rewrites names that begin with two underscores.
    for (const name of [...all.filter(plain), ...all.filter((name) => !plain(name))]) {
      const short = name.replace(/^__+/, "") || "X";
      this.constants.set(name, this.names.claim([short, `X${name}`], name));
    }
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
    return out.toString();
  }

  private section(section: ConstantSection): void {
    const { out } = this;
    const title = listed(section.title ?? "", placeText(section.file, section.line));
    out.gap();
    out.line(`# ${title}`.trimEnd());
    for (const constant of section.constants) {
      this.doc(constant.file, constant.line);
      const place = placeText(constant.file, constant.line);
      out.line(
        `${this.constants.get(constant.name)} = ${literal(constant.value)}  # ${listed(constant.type, place)}`,
      );
    }
    if (section.enumName === undefined) return;
    const plain = camelCase(section.enumName);
    const name = this.names.claim([plain, `${plain}Value`, `${plain}Enum`], title);
    out.gap();
    out.line();
    out.block(`class ${name}(IntEnum):`, "", () => {
      out.line(`"""${title}"""`);
      out.gap();
      for (const constant of section.constants) {
        const own = present(this.constants, constant.name);
        out.line(`${own} = ${literal(constant.value)}`);
      }
    });
  }

  private strings(): void {
    if (this.plan.strings.length === 0) return;
    this.out.gap();
    for (const { name, text } of this.plan.strings)
      this.out.line(`${this.constants.get(name)} = ${textLiteral(text, "python")}`);
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
    out.block(`class ${this.names.of(aggregate)}(${base}):`, "", () => {
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
    const note = listed(spelled(member), placeText(member.file, member.line));
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
    out.block("_VALUES = (", ")", () => {
      for (const { constants } of plan.sections)
        for (const { name, assertedValue } of constants)
          out.line(`("${this.constants.get(name)}", ${literal(assertedValue)}),`);
    });
    out.gap();
    out.block("_LAYOUTS = (", ")", () => {
      for (const aggregate of plan.aggregates) this.layout(aggregate);
    });
    out.gap();
    out.line();
    out.all(sections.lines("checks"));
  }

  private layout(aggregate: AggregatePlan): void {
    const align = aggregate.assertedAlign ?? aggregate.declaredAlign;
    const open = `(${this.names.of(aggregate)}, ${aggregate.assertedSize}, ${align}, (`;
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
        return this.names.of(type.of);
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

function memberName(member: MemberPlan): string {
  return keywords.has(member.name) || /^_(?:align|anonymous|fields|pack|swappedbytes)_$/.test(member.name)
    ? `${member.name}_`
    : member.name;
}

function spelled(member: MemberPlan): string {
  if (member.type.kind === "aggregate" && /<anonymous>/.test(member.spelling)) return member.type.of.kind;
  return member.type.kind === "handle" ? `guest handle: ${member.spelling}` : member.spelling;
}

function literal(value: bigint): string {
  return value >= hexFrom ? `0x${value.toString(16)}` : value.toString();
}
