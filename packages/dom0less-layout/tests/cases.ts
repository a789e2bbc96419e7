import { readFileSync } from "node:fs";
import { parseRelease } from "@xgt/hypercall-abi";
import {
  applyOverlay,
  checkLayout,
  type DeviceTree,
  type LayoutInput,
  type ModuleFile,
  moduleFile,
  readDeviceTree,
  writeDtb,
} from "../src/index.ts";

/** A tree of the cases folder. */
export function caseTree(name: string): DeviceTree {
  const { tree, problems } = readDeviceTree(readFileSync(new URL(`cases/${name}`, import.meta.url)), name);
  if (problems.length > 0) throw new Error(problems[0].message);
  return tree;
}

/** What a case is checked with. */
export interface CaseParts {
  readonly overlay?: string;
  /** Partial trees of the cases folder, or bytes, by the path of the module node. */
  readonly modules?: Readonly<Record<string, string | Uint8Array>>;
  readonly xen?: string;
  readonly more?: Partial<LayoutInput>;
}

/** Host, overlay and partial trees as the command line reads them. */
export function caseInput(
  host: string,
  { overlay, modules = {}, xen = "4.22", more = {} }: CaseParts,
): LayoutInput {
  const tree = caseTree(host);
  if (overlay !== undefined) {
    const [problem] = applyOverlay(tree, caseTree(overlay));
    if (problem !== undefined) throw new Error(problem.message);
  }
  const files = Object.entries(modules).map(([path, content]): [string, ModuleFile] => {
    if (typeof content !== "string") return [path, moduleFile(path, content, null)];
    const partial = caseTree(content);
    return [path, moduleFile(content, writeDtb(partial), partial)];
  });
  return { host: tree, modules: new Map(files), release: parseRelease(xen), ...more };
}

/** "error L18" of every finding, information left out. */
export function verdicts(host: string, parts: CaseParts = {}): string[] {
  return checkLayout(caseInput(host, parts))
    .findings.filter(({ severity }) => severity !== "info")
    .map(({ severity, rule }) => `${severity} ${rule}`);
}
