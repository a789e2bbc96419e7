import { structKey } from "../model/field-of.ts";
import type { Abi, Struct } from "../model/model.ts";

/**
 * Which version number ought to change when a struct's layout does.
 *
 * Xen numbers its control interfaces (domctl, sysctl, platform, flask, vm_event, ...) one by one: `*_INTERFACE_VERSION` in
 * the header that declares them, carried by a member of the outermost struct. What such a struct holds or points at belongs
 * to its interface: arch-arm.h's xen_arch_domainconfig is part of domctl. What guests see belongs to no interface of tools:
 * a new domctl version tells a guest that brings up a vCPU nothing of vcpu_guest_context.
 */
export class InterfaceVersions {
  private readonly covers = new Map<string, string>();

  /** @param guest the guest's view of the same interface, when `abi` is the tools' */
  constructor(abi: Abi, guest?: Abi) {
    const parts = new Map<string, readonly string[]>();
    for (const key of Object.keys(abi.structs)) parts.set(key, partsOf(abi, key));
    for (const [name, constant] of Object.entries(abi.constants)) {
      if (!/[A-Z]_INTERFACE_VERSION$/.test(name) || name.startsWith("__") || constant.file === undefined)
        continue;
      const seen = guest !== undefined && !Object.hasOwn(guest.constants, name) ? guest.structs : {};
      for (const [key, struct] of Object.entries(abi.structs))
        if (struct.file === constant.file && isCarrier(struct)) this.cover(key, name, parts, seen);
    }
  }

  /** Name of the constant, or undefined for what no control interface holds. */
  of(key: string): string | undefined {
    return this.covers.get(key);
  }

  private cover(
    key: string,
    version: string,
    parts: ReadonlyMap<string, readonly string[]>,
    outside: Abi["structs"],
  ): void {
    const todo = [key];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (this.covers.has(at) || Object.hasOwn(outside, at)) continue;
      this.covers.set(at, version);
      todo.push(...(parts.get(at) ?? []));
    }
  }
}

/** Every call carries the version in it, and is refused with another one. */
function isCarrier(struct: Struct): boolean {
  return struct.fields.some((f) => /^(?:interface_)?version$/.test(f.path));
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
