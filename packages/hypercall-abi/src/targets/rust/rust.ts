import { present } from "../../model/present.ts";
import { BindingError, forItem } from "../plan/binding-error.ts";
import type {
  AggregatePlan,
  BindingPlan,
  ConstantPlan,
  ConstantSection,
  MemberPlan,
  MemberType,
  TargetType,
} from "../plan/binding-plan.ts";
import { commentSafe, headLines, listed, placeText } from "../plan/comment-text.ts";
import { ForeignSections } from "../plan/foreign-sections.ts";
import { camelCase, constantNames, TypeNames } from "../plan/names.ts";
import { decimalOrHex } from "../plan/number-text.ts";
import { Printer } from "../plan/printer.ts";
import { ringsOf, xenstorePageOf } from "../plan/rings.ts";
import type { ShimPlan } from "../plan/shim-plan.ts";
import { alignOfSlots, type BitSlot, freeName, packingOf, type Slot, slotsOf } from "../plan/slots.ts";
import type { Target } from "../plan/target.ts";
import { textLiteral } from "../plan/text-literal.ts";
import ringCode from "./rings.rs?raw";
import { renderRustRings } from "./rust-rings.ts";
import { renderRustShim } from "./rust-shim.ts";
import shim from "./shim.rs?raw";
import support from "./support.rs?raw";

const sections = new ForeignSections(support);

/** A module that needs `core` only; asserted when it is compiled. */
export const rust: Target = {
  name: "rust",
  title: "Rust",
  extension: "rs",
  hasShim: true,
  emit: (plan, { shim }) => new RustEmitter(plan, shim).text(),
};

/** rustfmt's default. */
const lineWidth = 100;

const keywords = new Set(
  "abstract as async await become box break const continue do dyn else enum extern false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return static struct trait true try type typeof unsafe unsized use virtual where while yield".split(
    " ",
  ),
);
/** Words that are none even as `r#word`. */
const barred = new Set(["self", "Self", "super", "crate", "_"]);

/**
 * Words of the module's own code: a constant in small letters would stand for the variables of that name, which rustc takes
 * for patterns then.
 */
function ownWords(): readonly string[] {
  const words = `${support} ${shim} ${ringCode} bits kept`.match(/\b[a-z_]\w*/g) ?? [];
  return words.filter((word) => !keywords.has(word));
}

/** Types of the module's own code. */
function ownTypes(): readonly string[] {
  const code = `${support} ${shim} ${new ForeignSections(ringCode).text("ring")}`;
  return [...code.matchAll(/\b(?:struct|enum|trait|type) ([A-Z]\w*)/g)].map((match) => match[1]);
}

class RustEmitter {
  private readonly out = new Printer("    ");
  private readonly plan: BindingPlan;
  private readonly shim: ShimPlan | undefined;
  private readonly names: TypeNames;
  private readonly constants: ReadonlyMap<string, string>;
  /** Types of values that members hold, by their "enum". */
  private readonly holders = new Map<string, string>();

  constructor(plan: BindingPlan, shim: ShimPlan | undefined) {
    this.plan = plan;
    this.shim = shim;
    this.constants = constantNames(plan, [...barred, ...ownWords()]);
    this.names = new TypeNames(plan, ["Self", ...ownTypes()]);
  }

  text(): string {
    const { out, plan } = this;
    for (const line of headLines(plan, "Rust")) out.line(`//! ${line}`);
    out.line("//! Needs Rust 1.77 or newer, and `core` only. Names of constants and members are Xen's.");
    out.gap();
    out.line("#![allow(dead_code, unused_macros, non_upper_case_globals, non_snake_case)]");
    out.gap();
    out.all(sections.lines("macros"));
    if (usesHandles(plan)) {
      out.gap();
      out.all(sections.lines("handle"));
    }
    for (const section of plan.sections) this.section(section);
    this.strings();
    for (const aggregate of plan.aggregates) forItem(aggregate.owner, () => this.aggregate(aggregate));
    const rings = renderRustRings(ringsOf(plan), xenstorePageOf(plan), (type) => this.names.of(type));
    if (rings.length > 0) out.gap();
    out.all(rings);
    if (this.shim !== undefined) {
      out.gap();
      out.all(renderRustShim(this.shim).trimEnd().split("\n"));
    }
    return out.toString();
  }

  private section(section: ConstantSection): void {
    const { out } = this;
    out.gap();
    out.line(`// ${listed(section.title ?? "", placeText(section.file, section.line))}`.trimEnd());
    out.gap();
    for (const constant of section.constants) {
      this.doc(constant.file, constant.line);
      out.line(`/// ${listed(`\`${constant.type}\``, placeText(constant.file, constant.line))}`);
      this.constant(
        `pub const ${this.constantName(constant.name)}: ${constantType(constant)}`,
        decimalOrHex(constant.value),
      );
    }
    out.gap();
    out.block("values! {", "}", () => {
      for (const { name, assertedValue } of section.constants)
        out.line(`${this.constantName(name)} == ${decimalOrHex(assertedValue)};`);
    });
    this.enumeration(section);
  }

  /** A type for the values of an enum: any number may come from Xen, so it is no Rust enum. */
  private enumeration(section: ConstantSection): void {
    const { out } = this;
    const types = new Set(section.constants.map(constantType));
    if (section.enumName === undefined || types.size !== 1) return;
    const plain = camelCase(section.enumName);
    const name = this.names.claim([plain, `${plain}Value`, `${plain}Enum`], section.title ?? plain);
    out.gap();
    out.line(`/// ${listed(section.title ?? "", placeText(section.file, section.line))}`);
    out.line("#[repr(transparent)]");
    out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    const { heldAs } = section;
    const held = heldAs === undefined ? undefined : integerName(heldAs.bytes, heldAs.signed);
    out.line(`pub struct ${name}(pub ${held ?? [...types][0]});`);
    out.gap();
    out.block(`impl ${name} {`, "}", () => {
      for (const constant of section.constants) {
        const own = this.constantName(constant.name);
        this.constant(`pub const ${own}: Self`, `Self(${own}${held === undefined ? "" : ` as ${held}`})`);
      }
    });
    if (held !== undefined) this.holders.set(section.enumName, name);
  }

  private constantName(name: string): string {
    return memberName(present(this.constants, name));
  }

  /** rustfmt moves a value that does not fit to the next line. */
  private constant(left: string, value: string): void {
    if (this.out.margin + left.length + value.length + 4 <= lineWidth) this.out.line(`${left} = ${value};`);
    else this.out.all([`${left} =`, `    ${value};`]);
  }

  private strings(): void {
    if (this.plan.strings.length === 0) return;
    this.out.gap();
    for (const { name, text } of this.plan.strings)
      this.constant(`pub const ${this.constantName(name)}: &str`, textLiteral(text, "rust"));
  }

  private aggregate(aggregate: AggregatePlan): void {
    const { out } = this;
    const name = this.names.of(aggregate);
    const slots = slotsOf(aggregate);
    out.gap();
    this.doc(aggregate.file, aggregate.line);
    out.line(`/// ${listed(aggregate.title, placeText(aggregate.file, aggregate.line))}`);
    out.line(`#[repr(${representation(aggregate, slots)})]`);
    const derived = this.isPlain(aggregate) ? "Clone, Copy, Debug, PartialEq, Eq" : "Clone, Copy";
    out.line(`#[derive(${derived})]`);
    const open = `pub ${aggregate.kind} ${name} {`;
    if (slots.length === 0) out.line(`${open}}`);
    else
      out.block(open, "}", () => {
        if (isRaisedByMember(aggregate, slots)) {
          out.line("/// No bytes: the alignment of the whole");
          out.line(`pub ${freeName(aggregate, "alignment")}: [u${aggregate.declaredAlign * 8}; 0],`);
        }
        for (const slot of slots) this.slot(slot);
      });
    this.layout(aggregate, name, slots);
    const bits = slots.filter((slot): slot is BitSlot => slot.kind === "bits");
    if (bits.length > 0) this.bitAccessors(aggregate, name, bits);
  }

  /** No union is in it: all its bytes but for padding can be shown and compared. */
  private isPlain(aggregate: AggregatePlan): boolean {
    return (
      aggregate.kind === "struct" &&
      aggregate.members.every(({ type }) => type.kind !== "aggregate" || this.isPlain(type.of))
    );
  }

  private slot(slot: Slot): void {
    if (slot.kind === "padding") {
      this.out.line("/// Padding");
      this.out.line(`pub ${slot.name}: [u8; ${slot.bytes}],`);
      return;
    }
    if (slot.kind === "bits") {
      const names = slot.fields.map(({ member }) => member.name).join(", ");
      this.out.line(`/// Bits of ${names}`);
      this.out.line(`pub ${slot.name}: ${storageType(slot)},`);
      return;
    }
    const { member } = slot;
    this.doc(member.file, member.line);
    this.out.line(`/// ${listed(spelled(member), placeText(member.file, member.line))}`);
    const left = `pub ${memberName(member.name)}:`;
    const type = `${this.memberType(member)},`;
    if (this.out.margin + left.length + 1 + type.length <= lineWidth) this.out.line(`${left} ${type}`);
    else this.out.all([left, `    ${type}`]);
  }

  private layout(aggregate: AggregatePlan, name: string, slots: readonly Slot[]): void {
    const { out } = this;
    out.gap();
    const align = aggregate.assertedAlign ?? aggregate.declaredAlign;
    out.block("layout! {", "}", () => {
      out.line(`${name}: ${aggregate.assertedSize}, ${align};`);
      for (const slot of slots) {
        if (slot.kind === "padding") continue;
        if (slot.kind === "bits") {
          const moved = slot.fields[0].member.bits;
          const offset = slot.offset + (moved.assertedOffset - moved.declaredOffset) / 8;
          out.line(`${slot.name}: ${offset}, ${slot.bytes};`);
        } else {
          const { member } = slot;
          out.line(`${memberName(member.name)}: ${member.assertedOffset}, ${member.assertedSize};`);
        }
      }
    });
  }

  private bitAccessors(aggregate: AggregatePlan, name: string, slots: readonly BitSlot[]): void {
    const { out } = this;
    if (aggregate.kind === "union")
      throw new BindingError(`${aggregate.title}: no mapping for bit fields of a union`);
    out.gap();
    out.block(`impl ${name} {`, "}", () => {
      for (const slot of slots) {
        for (const { member, type, shift, width } of slot.fields) {
          const integer = `u${type.bytes * 8}`;
          const bits = slot.whole ? `self.${slot.name} as u64` : `join_bytes(&self.${slot.name})`;
          const mask = `0x${((1n << BigInt(width)) - 1n).toString(16)}`;
          out.gap();
          out.line(
            `/// ${listed(`\`${member.spelling}\`, ${width} bits`, placeText(member.file, member.line))}`,
          );
          out.block(`pub const fn ${memberName(member.name)}(&self) -> ${integer} {`, "}", () => {
            const moved = shift === 0 ? `(${bits})` : `((${bits}) >> ${shift})`;
            out.line(`(${moved} & ${mask}) as ${integer}`);
          });
          out.gap();
          out.line(`/// Bits above the lowest ${width} are cut off.`);
          out.block(`pub fn set_${member.name}(&mut self, value: ${integer}) {`, "}", () => {
            const cut = `(value as u64 & ${mask})`;
            out.line(`let kept = (${bits}) & !${shift === 0 ? mask : `(${mask} << ${shift})`};`);
            out.line(`let bits = kept | ${shift === 0 ? cut : `(${cut} << ${shift})`};`);
            out.line(
              slot.whole
                ? `self.${slot.name} = bits as ${storageType(slot)};`
                : `self.${slot.name} = split_bytes(bits);`,
            );
          });
        }
      }
    });
  }

  private memberType(member: MemberPlan): string {
    let text = this.holders.get(member.holds ?? "") ?? this.elementType(member.type);
    for (const length of [...member.dimensions].reverse()) text = `[${text}; ${length}]`;
    return member.flexible ? `[${text}; 0]` : text;
  }

  private elementType(type: MemberType): string {
    switch (type.kind) {
      case "aggregate":
        return this.names.of(type.of);
      case "handle":
        return type.bytes === 4 ? "u32" : `Handle64<${this.targetType(type.target)}>`;
      case "pointer":
        return `u${type.bytes * 8}`;
      case "integer":
        return integerName(type.bytes, type.signed);
    }
  }

  private targetType(target: TargetType): string {
    return target.kind === "void" ? "core::ffi::c_void" : this.elementType(target);
  }

  private doc(file: string, line: number): void {
    for (const text of this.plan.docOf(file, line))
      this.out.line(`/// ${rustdocSafe(commentSafe(text))}`.trimEnd());
  }
}

function usesHandles(plan: BindingPlan): boolean {
  return plan.aggregates.some(({ members }) =>
    members.some(({ type }) => type.kind === "handle" && type.bytes === 8),
  );
}

function representation(aggregate: AggregatePlan, slots: readonly Slot[]): string {
  const { declaredAlign } = aggregate;
  const pack = packingOf(aggregate, slots);
  if (pack === undefined) {
    const what = `a type of ${aggregate.declaredSize} bytes aligned to ${declaredAlign} whose members lie elsewhere`;
    throw new BindingError(`${aggregate.title}: Rust cannot say ${what}`);
  }
  if (pack > 0) {
    if (declaredAlign > pack)
      throw new BindingError(`${aggregate.title}: Rust has no packed type of alignment ${declaredAlign}`);
    if (aggregate.members.some(({ type }) => isAligned(type)))
      throw new BindingError(`${aggregate.title}: Rust packs nothing that asks for its own alignment`);
    return `C, packed(${pack})`;
  }
  const isAsked = alignOfSlots(slots) < declaredAlign && !isRaisedByMember(aggregate, slots);
  return isAsked ? `C, align(${declaredAlign})` : "C";
}

/**
 * An array of no numbers aligns what holds it, inside packed types too, where align(N) may not stand. Numbers of 8 bytes
 * do not: i386 aligns them to 4.
 */
function isRaisedByMember(aggregate: AggregatePlan, slots: readonly Slot[]): boolean {
  return (
    packingOf(aggregate, slots) === 0 &&
    alignOfSlots(slots) < aggregate.declaredAlign &&
    aggregate.declaredAlign <= 4
  );
}

/** A type whose alignment is asked for, or that holds one. */
function isAligned(type: MemberType): boolean {
  if (type.kind !== "aggregate") return false;
  const { of } = type;
  const slots = slotsOf(of);
  const isAsked = alignOfSlots(slots) < of.declaredAlign && !isRaisedByMember(of, slots);
  return isAsked || of.members.some((member) => isAligned(member.type));
}

function integerName(bytes: number, signed: boolean): string {
  return `${signed ? "i" : "u"}${bytes * 8}`;
}

function storageType(slot: BitSlot): string {
  return slot.whole ? `u${slot.bytes * 8}` : `[u8; ${slot.bytes}]`;
}

function constantType(constant: ConstantPlan): string {
  return integerName(constant.bytes, constant.plainSigned);
}

function memberName(name: string): string {
  if (barred.has(name)) return `${name}_`;
  return keywords.has(name) ? `r#${name}` : name;
}

function spelled(member: MemberPlan): string {
  if (member.type.kind === "aggregate" && /<anonymous>/.test(member.spelling)) {
    return member.unnamed ? `an unnamed ${member.type.of.kind}` : member.type.of.kind;
  }
  return `\`${member.spelling}\``;
}

/** A line of C's comments as rustdoc's Markdown: no links, tags, or code that it would try to compile. */
function rustdocSafe(line: string): string {
  return line
    .replace(/^\s{4,}/, "   ")
    .replace(/[[\]<>`~]/g, "\\$&")
    .replace(/https?:\/\/[^\s)\\]+/g, "<$&>");
}
