import { describe, expect, test } from "vitest";
import { type Abi, encodeStruct, loadModel, type StructValue } from "../../src/index.ts";
import type { AggregatePlan, MemberPlan } from "../../src/targets/index.ts";
import { makePlan } from "../../src/targets/index.ts";
import { emit } from "./emit.ts";
import { arm32Compiler, arm64Compiler, hostCompiler, inFolder, titled } from "./toolchain.ts";
import { loadTypeScript } from "./typescript-module.ts";

const compilers = { arm64: arm64Compiler, arm32: arm32Compiler } as const;

/** Plain values that both sides get: what encode() takes. */
type Value = number | bigint | readonly Value[] | { readonly [name: string]: Value };

/** A different value for every member, all bits in use: the same run after run. */
class Values {
  private state = 0x12345678;

  private word(): bigint {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return BigInt(this.state);
  }

  private integer(bits: number, signed: boolean): bigint {
    const raw = BigInt.asUintN(bits, (this.word() << 32n) | this.word());
    return signed ? BigInt.asIntN(bits, raw) : raw;
  }

  /** One member of a union, another one of each struct's open ends left out. */
  of(plan: AggregatePlan): { readonly [name: string]: Value } {
    const given: Record<string, Value> = {};
    const members = plan.members.filter((member) => !member.flexible);
    // The widest member shows most: the others share its bytes.
    const chosen =
      plan.kind === "union"
        ? members.toSorted((a, b) => b.assertedSize - a.assertedSize).slice(0, 1)
        : members;
    for (const member of chosen) {
      if (member.unnamed) Object.assign(given, this.one(member) as object);
      else given[member.name] = this.dimensions(member, member.dimensions);
    }
    return given;
  }

  private dimensions(member: MemberPlan, dimensions: readonly number[]): Value {
    const count = dimensions.reduce((n, length) => n * length, 1);
    return dimensions.length === 0 ? this.one(member) : Array.from({ length: count }, () => this.one(member));
  }

  private one(member: MemberPlan): Value {
    const { type, bits } = member;
    if (type.kind === "aggregate") return this.of(type.of);
    const signed = type.kind === "integer" && type.signed;
    const value = this.integer(bits?.width ?? type.bytes * 8, signed);
    return type.bytes === 8 ? value : Number(value);
  }
}

function initialiser(value: Value): string {
  if (typeof value === "bigint") return value < 0n ? `(${value + 1n}LL - 1)` : `${value}ULL`;
  if (typeof value === "number") return value < 0 ? `(${value + 1} - 1)` : `${value}U`;
  if (Array.isArray(value)) return `{ ${value.map(initialiser).join(", ")} }`;
  const members = Object.entries(value).map(([name, held]) => `.${name} = ${initialiser(held)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** Bytes of each initialised struct as the compiler puts them into the object file. */
function compiledBytes(
  compiler: string,
  header: string,
  plans: readonly AggregatePlan[],
  values: readonly Value[],
): Buffer[] {
  const objects = plans.map((plan, i) => {
    const section = `__attribute__((section(".xgt.${i}"), used))`;
    return `${section} const ${plan.kind} ${plan.name} o${i} = ${initialiser(values[i])};`;
  });
  const source = `#include "xen.h"\n${objects.join("\n")}\n`;
  return inFolder({ "xen.h": header, "o.c": source }, (_, run) => {
    expect(
      run(compiler, "-std=gnu11", "-ffreestanding", "-Wall", "-Wno-missing-braces", "-c", "o.c", "-o", "o.o")
        .stderr,
    ).toBe("");
    const dump = run(compiler.replace(/gcc(-\d+)?$/, "objdump"), "-s", "o.o").stdout;
    const sections = new Map<string, string>();
    for (const part of dump.split("Contents of section ").slice(1)) {
      const [name, ...lines] = part.split("\n");
      const hex = lines.map((line) =>
        line
          .slice(line.indexOf(" ", 1) + 1)
          .slice(0, 35)
          .replaceAll(" ", ""),
      );
      sections.set(name.replace(":", ""), hex.join(""));
    }
    return plans.map((_, i) => Buffer.from(sections.get(`.xgt.${i}`) ?? "", "hex"));
  });
}

function hasBits(plan: AggregatePlan): boolean {
  return plan.members.some(
    ({ bits, type }) => bits !== undefined || (type.kind === "aggregate" && hasBits(type.of)),
  );
}

function hasUnion(plan: AggregatePlan): boolean {
  return (
    plan.kind === "union" || plan.members.some(({ type }) => type.kind === "aggregate" && hasUnion(type.of))
  );
}

/** What Xen's own headers are, for the compiler: the generated one, which other tests hold against it. */
function encodable(abi: Abi): AggregatePlan[] {
  return makePlan(abi).plan.aggregates.filter((plan) => plan.key !== undefined && plan.declaredSize > 0);
}

describe("encode() writes what the cross compiler writes", () => {
  for (const arch of ["arm64", "arm32"] as const) {
    const compiler = compilers[arch] ?? hostCompiler;
    test.skipIf(compiler === undefined)(
      titled(arch, compiler, "gcc"),
      async () => {
        const abi = loadModel("4.20", arch, "tools");
        const text = emit("typescript", abi);
        const bindings = await loadTypeScript(text);
        const classes = new Map(
          [...text.matchAll(/^\/\*\* ((?:struct|union) \w+|\w+), [^*]* \*\/\nexport class (\w+) /gm)].map(
            (m) => [m[1], m[2]],
          ),
        );
        const plans = encodable(abi);
        const source = new Values();
        const values = plans.map((plan) => source.of(plan));
        const compiled = compiledBytes(compiler!, emit("c", abi), plans, values);
        let unions = 0;
        let bits = 0;
        plans.forEach((plan, i) => {
          const type = bindings[classes.get(plan.title)!];
          const encoded = Buffer.from(bindings.encode(type, values[i]));
          expect(encoded.toString("hex"), plan.title).toBe(compiled[i].toString("hex"));
          // The codec that logs are decoded with.
          const own = encodeStruct(abi, plan.key!, values[i] as StructValue);
          expect(Buffer.from(own).toString("hex"), `${plan.title}, by the model's codec`).toBe(
            encoded.toString("hex"),
          );
          // Back and forth: what was decoded gives the same bytes.
          const again = bindings.encode(type, bindings.decode(type, encoded));
          expect(Buffer.from(again).toString("hex"), `${plan.title}, decoded`).toBe(encoded.toString("hex"));
          if (hasBits(plan)) bits++;
          if (hasUnion(plan)) unions++;
        });
        console.log(
          `codec ${arch} with ${compiler}: bytes of ${plans.length} structs equal, ${unions} with unions, ${bits} with bit fields`,
        );
        expect(plans.length).toBeGreaterThan(500);
        expect(bits).toBeGreaterThanOrEqual(5);
      },
      120_000,
    );
  }
});
