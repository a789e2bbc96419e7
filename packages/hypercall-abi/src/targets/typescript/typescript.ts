import { present } from "../../model/present.ts";
import { BindingError, forItem } from "../plan/binding-error.ts";
import type {
  AggregatePlan,
  BindingPlan,
  BitRange,
  ConstantPlan,
  ConstantSection,
  IntegerType,
  MemberPlan,
  MemberType,
} from "../plan/binding-plan.ts";
import { commentSafe, headLines, listed, placeText, spelledType } from "../plan/comment-text.ts";
import { ForeignSections } from "../plan/foreign-sections.ts";
import { camelCase, constantNames, TypeNames } from "../plan/names.ts";
import { decimalOrHex } from "../plan/number-text.ts";
import { sizeOf } from "../plan/plan-aggregates.ts";
import { Printer } from "../plan/printer.ts";
import { bytesOf } from "../plan/slots.ts";
import type { Target } from "../plan/target.ts";
import { textLiteral } from "../plan/text-literal.ts";
import support from "./support.ts?raw";
import { typescriptNames, typescriptWords } from "./typescript-names.ts";

const sections = new ForeignSections(support);

/** A module of views over bytes: nothing is copied, what is not used is left out by bundlers; checkBindings asserts it. */
export const typescript: Target = {
  name: "typescript",
  title: "TypeScript",
  extension: "ts",
  hasShim: false,
  emit: (plan) => new TypeScriptEmitter(plan).text(),
};

/** Columns of a line in the check's table. */
const tableWidth = 100;

class TypeScriptEmitter {
  private readonly out = new Printer("  ");
  private readonly plan: BindingPlan;
  private readonly names: TypeNames;
  private readonly constants: ReadonlyMap<string, string>;
  /** Sections of the support that classes which were printed need. */
  private readonly used = new Set<"bits" | "lists" | "values" | "layouts">();

  constructor(plan: BindingPlan) {
    this.plan = plan;
    this.constants = constantNames(plan, [...typescriptNames, ...typescriptWords]);
    this.names = new TypeNames(plan, [...typescriptNames, ...this.constants.values()]);
  }

  text(): string {
    const { out, plan } = this;
    out.line("/**");
    for (const line of headLines(plan, "TypeScript")) out.line(` * ${line}`);
    out.all([" * checkBindings() holds every view and constant against what is stated of them.", " */"]);
    out.gap();
    out.all(sections.lines("support"));
    for (const section of plan.sections) this.section(section);
    this.strings();
    for (const aggregate of plan.aggregates)
      if (!aggregate.unnamed) forItem(aggregate.owner, () => this.aggregate(aggregate));
    this.checks();
    for (const section of [...this.used, "check"]) {
      out.gap();
      out.all(sections.lines(section));
    }
    return out.toString();
  }

  private section(section: ConstantSection): void {
    const { out } = this;
    const title = listed(section.title ?? "", placeText(section.file, section.line));
    out.gap();
    out.line(`// ${title}`.trimEnd());
    for (const constant of section.constants) {
      this.doc(constant.file, constant.line, listed(constant.type, placeText(constant.file, constant.line)));
      out.line(
        `export const ${present(this.constants, constant.name)} = ${literal(constant, constant.value)};`,
      );
    }
    if (section.enumName === undefined) return;
    const plain = camelCase(section.enumName);
    const name = this.names.claim([plain, `${plain}Value`, `${plain}Enum`], title);
    out.gap();
    out.line(`/** ${title} */`);
    out.block(`export const ${name} = {`, "} as const;", () => {
      for (const { name: member } of section.constants) {
        const own = present(this.constants, member);
        out.line(own === member ? `${member},` : `${member}: ${own},`);
      }
    });
    out.line(`export type ${name} = (typeof ${name})[keyof typeof ${name}];`);
  }

  private strings(): void {
    if (this.plan.strings.length === 0) return;
    this.out.gap();
    for (const { name, text } of this.plan.strings)
      this.out.line(`export const ${present(this.constants, name)} = ${textLiteral(text, "typescript")};`);
  }

  private aggregate(aggregate: AggregatePlan): void {
    const { out } = this;
    out.gap();
    const title = listed(aggregate.title, placeText(aggregate.file, aggregate.line));
    this.doc(aggregate.file, aggregate.line, title);
    const members = flattened(aggregate, 0, 0);
    out.block(`export class ${this.names.of(aggregate)} extends View {`, "}", () => {
      out.line(`static readonly size = ${aggregate.declaredSize};`);
      out.line(`static readonly align = ${aggregate.declaredAlign};`);
      const names = members.map(({ member }) => JSON.stringify(member.name));
      if (names.length === 0) out.line("static readonly members = [] as const;");
      else
        out.block("static readonly members = [", "] as const;", () =>
          out.all(names.map((name) => `${name},`)),
        );
      const open = members.find(({ member }) => member.flexible);
      if (open !== undefined) {
        const width = sizeOf(open.member.type);
        out.line(
          `static readonly tail = { member: "${open.member.name}", at: ${open.offset}, width: ${width} };`,
        );
      }
      for (const { member, offset } of members) this.member(aggregate, member, offset);
    });
  }

  private member(aggregate: AggregatePlan, member: MemberPlan, offset: number): void {
    const { get, set, type, given } = this.accessors(aggregate, member, offset);
    const { out } = this;
    out.gap();
    this.doc(member.file, member.line, listed(spelledType(member), placeText(member.file, member.line)));
    out.block(`get ${member.name}(): ${type} {`, "}", () => out.line(`return ${get};`));
    out.block(`set ${member.name}(value: ${given}) {`, "}", () => out.line(`${set};`));
  }

  private accessors(aggregate: AggregatePlan, member: MemberPlan, offset: number): Accessors {
    if (member.bits !== undefined) return this.bitAccessors(aggregate, member, member.bits, offset);
    const at = offset === 0 ? "this.$at" : `this.$at + ${offset}`;
    const { type } = member;
    const isArray = member.flexible || member.dimensions.length > 0;
    if (isArray) return this.arrayAccessors(member, at);
    if (type.kind === "aggregate") {
      const name = this.names.of(type.of);
      const get = `new ${name}(this.$view, ${at})`;
      return {
        get,
        set: `assign<${name}>(this.${member.name}, value)`,
        type: name,
        given: `ValueIn<${name}>`,
      };
    }
    const { suffix, endian, value } = scalar(type);
    return {
      get: `this.$view.get${suffix}(${at}${endian})`,
      set: `this.$view.set${suffix}(${at}, value${endian})`,
      type: value,
      given: value,
    };
  }

  private arrayAccessors(member: MemberPlan, at: string): Accessors {
    const { type } = member;
    const width = sizeOf(type);
    const length = member.flexible
      ? `this.$room(${at}, ${width})`
      : String(width === 0 ? 0 : bytesOf(member) / width);
    this.used.add("lists");
    const set = `assignArray(this.${member.name}, value)`;
    if (type.kind === "aggregate") {
      const name = this.names.of(type.of);
      const array = `ViewArray<${name}>`;
      const get = `new ViewArray(${name}, this.$view, ${at}, ${length})`;
      return { get, set, type: array, given: `Iterable<ValueIn<${name}>>` };
    }
    if (type.kind === "integer" && type.bytes === 1 && !type.signed) {
      return { get: `this.$octets(${at}, ${length})`, set, type: "Uint8Array", given: "Iterable<number>" };
    }
    const { suffix, value } = scalar(type);
    const array = value === "bigint" ? "BigIntArray" : "NumberArray";
    const get = `new ${array}(this.$view, ${at}, ${length}, "${suffix}")`;
    return { get, set, type: array, given: `Iterable<${value}>` };
  }

  private bitAccessors(
    aggregate: AggregatePlan,
    member: MemberPlan,
    bits: BitRange,
    offset: number,
  ): Accessors {
    const { type } = member;
    if (type.kind !== "integer" || type.signed)
      throw new BindingError(
        `${aggregate.title}.${member.name}: no mapping for a bit field of type '${member.spelling}'`,
      );
    const { declaredOffset, width } = bits;
    // Members of an unnamed one lie further on than their own plan says.
    const first = declaredOffset + (offset - member.declaredOffset) * 8;
    const value = type.bytes === 8 ? "bigint" : "number";
    const where = `this.$at + ${Math.floor(first / 8)}, ${first % 8}, ${width}`;
    this.used.add("bits");
    const get = `readBits(this.$view, ${where})`;
    return {
      get: value === "bigint" ? get : `Number(${get})`,
      set: `writeBits(this.$view, ${where}, ${value === "bigint" ? "value" : "BigInt(value)"})`,
      type: value,
      given: value,
    };
  }

  private checks(): void {
    const { out, plan } = this;
    out.gap();
    out.line(
      "/** Holds every constant and every accessor of this file against what is stated of them. Throws LayoutError. */",
    );
    out.block("export function checkBindings(): void {", "}", () => {
      out.line("const wrong: string[] = [];");
      for (const { constants } of plan.sections) {
        for (const constant of constants) {
          const stated = literal(constant, constant.assertedValue);
          this.used.add("values");
          out.line(
            `checkValue(wrong, "${constant.name}", ${present(this.constants, constant.name)}, ${stated});`,
          );
        }
      }
      for (const aggregate of plan.aggregates) if (!aggregate.unnamed) this.check(aggregate);
      out.line('if (wrong.length > 0) throw new LayoutError(wrong.slice(0, 10).join("; "));');
    });
  }

  private check(aggregate: AggregatePlan): void {
    const align = aggregate.assertedAlign ?? aggregate.declaredAlign;
    const rows = flattened(aggregate, 0, 0).map(({ member, asserted }) => {
      if (member.flexible) return `${member.name} ${asserted} 0 open`;
      if (member.bits === undefined) return `${member.name} ${asserted} ${member.assertedSize}`;
      const first = member.bits.assertedOffset + (asserted - member.assertedOffset) * 8;
      return `${member.name} ${first} ${member.bits.width} bits`;
    });
    const name = this.names.of(aggregate);
    this.used.add("values").add("layouts");
    const head = `checkLayout(wrong, ${name}, "${name}", ${aggregate.assertedSize}, ${align}, `;
    const line = `${head}[${rows.map((row) => `"${row}"`).join(", ")}]);`;
    if (line.length <= tableWidth) this.out.line(line);
    else this.out.block(`${head}[`, "]);", () => this.out.all(rows.map((row) => `"${row}",`)));
  }

  private doc(file: string, line: number, last: string): void {
    const lines = this.plan.docOf(file, line).map(commentSafe);
    if (lines.length === 0) {
      this.out.line(`/** ${last} */`);
      return;
    }
    this.out.line("/**");
    for (const text of [...lines, "", last]) this.out.line(` * ${text}`.trimEnd());
    this.out.line(" */");
  }
}

interface Accessors {
  readonly get: string;
  readonly set: string;
  readonly type: string;
  /** Type that the setter takes. */
  readonly given: string;
}

interface Flattened {
  readonly member: MemberPlan;
  readonly offset: number;
  readonly asserted: number;
}

/** Members of unnamed structs and unions stand among the others, as they do in C. */
function flattened(aggregate: AggregatePlan, base: number, assertedBase: number): Flattened[] {
  return aggregate.members.flatMap((member) => {
    const offset = base + member.declaredOffset;
    const asserted = assertedBase + member.assertedOffset;
    if (!member.unnamed || member.type.kind !== "aggregate")
      return [{ member: { ...member, name: ownName(member.name) }, offset, asserted }];
    return flattened(member.type.of, offset, asserted);
  });
}

/** A member's name; what every object has under that name stays reachable. */
function ownName(name: string): string {
  return /^constructor_*$/.test(name) ? `${name}_` : name;
}

interface Scalar {
  /** As in `getUint32`. */
  readonly suffix: string;
  /** The argument that asks for little endian. */
  readonly endian: string;
  readonly value: "number" | "bigint";
}

function scalar(type: Exclude<MemberType, { kind: "aggregate" }>): Scalar {
  const { bytes, signed }: Pick<IntegerType, "bytes" | "signed"> =
    type.kind === "integer" ? type : { bytes: type.bytes, signed: false };
  const kind = signed ? "Int" : "Uint";
  const suffix = bytes === 8 ? `Big${kind}64` : `${kind}${bytes * 8}`;
  return { suffix, endian: bytes === 1 ? "" : ", true", value: bytes === 8 ? "bigint" : "number" };
}

function literal(constant: ConstantPlan, value: bigint): string {
  const digits = decimalOrHex(value);
  return constant.bytes === 8 ? `${digits}n` : digits;
}
