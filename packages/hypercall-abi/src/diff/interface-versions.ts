import { structKey } from "../model/field-of.ts";
import type { Abi } from "../model/model.ts";

/**
 * Which version number ought to change when a struct's layout does.
 *
 * Xen numbers its control interfaces (domctl, sysctl, platform, flask, vm_event, ...) one by one: `*_INTERFACE_VERSION` in
 * the header that declares them, carried by a member of the outermost struct. A struct of another header belongs to the
 * interface whose structs hold it: arch-arm.h's xen_arch_domainconfig is part of domctl.
 */
export class InterfaceVersions {
  private readonly byFile = new Map<string, string>();
  private readonly covers = new Map<string, string>();

  constructor(abi: Abi) {
    for (const [name, constant] of Object.entries(abi.constants)) {
      if (/[A-Z]_INTERFACE_VERSION$/.test(name) && !name.startsWith("__") && constant.file !== undefined) {
        this.byFile.set(constant.file, this.byFile.get(constant.file) ?? name);
      }
    }
    const parts = new Map<string, readonly string[]>();
    for (const key of Object.keys(abi.structs)) parts.set(key, partsOf(abi, key));
    for (const [key, struct] of Object.entries(abi.structs)) {
      const version = this.byFile.get(struct.file);
      if (version !== undefined) this.cover(key, version, parts);
    }
  }

  /** Name of the constant, or undefined for what no control interface holds. */
  of(key: string): string | undefined {
    return this.covers.get(key);
  }

  private cover(key: string, version: string, parts: ReadonlyMap<string, readonly string[]>): void {
    const todo = [key];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (this.covers.has(at)) continue;
      this.covers.set(at, version);
      todo.push(...(parts.get(at) ?? []));
    }
  }
}

/** Aggregates that a struct holds or points at through a handle. */
function partsOf(abi: Abi, key: string): string[] {
  const parts = new Set<string>();
  for (const field of abi.structs[key].fields) {
    const plain = field.type
      .replace(/(?:\[[0-9]*\])+$/, "")
      .replace(/^__guest_handle_(?:64_)?(?:const_)?/, "")
      .replace(/ \*+$/, "");
    const part = structKey(abi, plain);
    if (part !== undefined && part !== key) parts.add(part);
  }
  return [...parts];
}
