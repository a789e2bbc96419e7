import type { AggregatePlan, BindingPlan, MemberPlan, MemberType } from "../plan/binding-plan.ts";
import { headLines, listed, placeText } from "../plan/comment-text.ts";
import { decimalOrHex } from "../plan/number-text.ts";
import { Printer } from "../plan/printer.ts";
import { textLiteral } from "../plan/text-literal.ts";
import { memberName, PythonNames, titleOf } from "./python-names.ts";

/** The types of a generated module for type checkers and editors (.pyi): what each member gives, the value of each constant. */
export function pythonStubs(plan: BindingPlan): string {
  return new PythonStubs(plan).text();
}

class PythonStubs {
  private readonly out = new Printer("    ");
  private readonly plan: BindingPlan;
  private readonly names: PythonNames;

  constructor(plan: BindingPlan) {
    this.plan = plan;
    this.names = new PythonNames(plan);
  }

  text(): string {
    const { out, plan, names } = this;
    for (const section of plan.sections) {
      for (const { name, value } of section.constants)
        out.line(`${names.constant(name)}: Final = ${decimalOrHex(value)}`);
      const type = names.enumeration(section);
      if (type === undefined) continue;
      out.gap();
      out.block(`class ${type}(IntEnum):`, "", () => {
        out.line(`"""${titleOf(section)}"""`);
        for (const { name, value } of section.constants)
          out.line(`${names.constant(name)} = ${decimalOrHex(value)}`);
      });
    }
    for (const { name, text } of plan.strings)
      out.line(`${names.constant(name)}: Final = ${textLiteral(text, "python")}`);
    for (const aggregate of plan.aggregates) this.aggregate(aggregate);
    return `${this.head(out.toString())}${out.toString()}`;
  }

  /** Imports what the text uses: checkers tell of the rest. */
  private head(text: string): string {
    const used = new Set(text.match(/\b[A-Za-z]\w*/g));
    const importing = (module: string, names: readonly string[]): string[] => {
      const wanted = names.filter((name) => used.has(name));
      return wanted.length === 0 ? [] : [`from ${module} import ${wanted.join(", ")}`];
    };
    const numbers = [8, 16, 32, 64].flatMap((bits) => [`c_int${bits}`, `c_uint${bits}`]);
    const lines = [
      ...headLines(this.plan, "types for Python").map((line) => `# ${line}`),
      ...importing("ctypes", ["Array", "Union", ...numbers]),
      ...(used.has("Structure") ? ["from ctypes import LittleEndianStructure as Structure"] : []),
      ...importing("enum", ["IntEnum"]),
      ...importing("typing", ["Final"]),
      "",
      "class LayoutError(ImportError): ...",
      "",
    ];
    return `${lines.join("\n")}\n`;
  }

  private aggregate(aggregate: AggregatePlan): void {
    const { out } = this;
    out.gap();
    const base = aggregate.kind === "union" ? "Union" : "Structure";
    out.block(`class ${this.names.type(aggregate)}(${base}):`, "", () => {
      out.line(`"""${listed(aggregate.title, placeText(aggregate.file, aggregate.line))}"""`);
      this.members(aggregate);
    });
  }

  /** Members of unnamed ones stand among the others. */
  private members(aggregate: AggregatePlan): void {
    for (const member of aggregate.members) {
      this.out.line(`${memberName(member)}: ${this.valueType(member)}`);
      if (member.unnamed && member.type.kind === "aggregate") this.members(member.type.of);
    }
  }

  /** What ctypes gives for a member: numbers as int, arrays of characters as bytes. */
  private valueType(member: MemberPlan): string {
    const { type, dimensions, flexible } = member;
    const depth = dimensions.length + (flexible ? 1 : 0);
    const isText = type.kind === "integer" && type.character === true;
    if (isText && depth <= 1) return "bytes";
    if (depth === 0) return type.kind === "aggregate" ? this.names.type(type.of) : "int";
    const element = isText ? "c_int8" : this.elementType(type);
    return `${"Array[".repeat(depth)}${element}${"]".repeat(depth)}`;
  }

  private elementType(type: MemberType): string {
    if (type.kind === "aggregate") return this.names.type(type.of);
    const signed = type.kind === "integer" && type.signed;
    return `c_${signed ? "" : "u"}int${type.bytes * 8}`;
  }
}
