import { architectureOf, type Field, loadModel } from "../../src/index.ts";
import { readOracle } from "../oracle.ts";

/** What a compiler said of a release: the capture where there is one, else the model, which other tests hold against it. */
export interface CompilerFacts {
  readonly source: "compiler" | "model";
  readonly structs: Readonly<
    Record<string, { readonly size: number; readonly align: number; readonly fields: readonly Field[] }>
  >;
  readonly constants: readonly {
    readonly name: string;
    readonly value: bigint;
    readonly bytes: number | undefined;
    readonly signed: boolean;
  }[];
}

const captured: readonly string[] = ["4.17", "4.20"];

export function compilerFacts(xen: string, arch: "arm64" | "arm32"): CompilerFacts {
  const fromCompiler = captured.includes(xen);
  const facts = fromCompiler ? readOracle(xen, arch, "tools") : loadModel(xen, arch, "tools");
  const pointerSize = architectureOf(arch).pointerSize;
  return {
    source: fromCompiler ? "compiler" : "model",
    structs: facts.structs,
    constants: Object.entries(facts.constants).map(([name, { value, type }]) => ({
      name,
      value: BigInt(value),
      bytes:
        type === undefined ? undefined : /long long/.test(type) ? 8 : /long/.test(type) ? pointerSize : 4,
      signed: !(type ?? "int").startsWith("unsigned"),
    })),
  };
}
