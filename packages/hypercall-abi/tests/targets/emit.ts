import type { Abi } from "../../src/index.ts";
import { loadModel } from "../../src/index.ts";
import { makePlan, type PlanOptions, targets } from "../../src/targets/index.ts";

/** Releases and architectures whose bindings every compiler must accept. */
export const verified: readonly { readonly xen: string; readonly arch: "arm64" | "arm32" }[] = [
  "4.17",
  "4.20",
  "master",
].flatMap((xen) => [
  { xen, arch: "arm64" as const },
  { xen, arch: "arm32" as const },
]);

/** Bindings of a model in one language. */
export function emit(language: string, abi: Abi, options: PlanOptions = {}, prefix = ""): string {
  const target = targets.find(({ name }) => name === language);
  if (target === undefined) throw new Error(`no target ${language}`);
  return target.emit(makePlan(abi, options).plan, { prefix });
}

/** A copy of a model that may be changed. */
export function mutableModel(xen: string, arch: "arm64" | "arm32", mode: "tools" | "guest" = "tools"): Abi {
  return JSON.parse(JSON.stringify(loadModel(xen, arch, mode))) as Abi;
}
