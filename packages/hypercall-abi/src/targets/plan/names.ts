import { present } from "../../model/present.ts";
import { BindingError, forItem } from "./binding-error.ts";
import type { AggregatePlan, BindingPlan } from "./binding-plan.ts";

/** `xen_domctl_u` as `XenDomctlU`: words in capitals only (`__HVM_SAVE`) become plain words. */
export function camelCase(name: string): string {
  const words = name.split("_").filter((word) => word !== "");
  const shaped = words.map((word) => {
    const rest = /^[A-Z0-9]{2,}$/.test(word) ? word.slice(1).toLowerCase() : word.slice(1);
    return word[0].toUpperCase() + rest;
  });
  const joined = shaped.length === 0 ? "X" : shaped.join("");
  return /^[0-9]/.test(joined) ? `N${joined}` : joined;
}

/**
 * Names of constants as a language can have them: those that it does not have as they are, or that the generated file uses
 * itself, get `_` at the end, as often as it takes.
 */
export function constantNames(plan: BindingPlan, barred: Iterable<string>): Map<string, string> {
  const names = [...plan.sections.flatMap(({ constants }) => constants), ...plan.strings].map(
    ({ name }) => name,
  );
  const taken = new Set([...barred, ...names]);
  const reserved = new Set(barred);
  return new Map(
    names.map((name) => {
      let free = name;
      while (reserved.has(free) || (free !== name && taken.has(free))) free = `${free}_`;
      taken.add(free);
      return [name, free];
    }),
  );
}

/** Names of types in one generated file, each given once. */
export class TypeNames {
  private readonly taken: Set<string>;
  private readonly byPlan = new Map<string, string>();

  /** `reserved`: names that the file uses itself. */
  constructor(plan: BindingPlan, reserved: Iterable<string>) {
    this.taken = new Set(reserved);
    // Types with a name of their own keep it; made-up names give way.
    const named = plan.aggregates.filter(({ key }) => key !== undefined);
    // _xen_pvcalls_accept is inside a union, xen_pvcalls_accept is what people look for.
    const hidden = (aggregate: AggregatePlan): number => (aggregate.name.startsWith("_") ? 1 : 0);
    named.sort((a, b) => hidden(a) - hidden(b));
    const others = plan.aggregates.filter(({ key }) => key === undefined);
    for (const aggregate of [...named, ...others]) {
      const plain = camelCase(aggregate.name);
      const suffix = aggregate.kind === "union" ? "Union" : "Struct";
      const candidates = [plain, `${plain}${suffix}`, `Raw${plain}`];
      this.byPlan.set(
        aggregate.name,
        forItem(aggregate.owner, () => this.claim(candidates, aggregate.title)),
      );
    }
  }

  /** The name of an aggregate's type. */
  of(aggregate: AggregatePlan): string {
    return present(this.byPlan, aggregate.name);
  }

  /** The first of these names that is free; it is taken from now on. */
  claim(candidates: readonly string[], what: string): string {
    const name = candidates.find((candidate) => !this.taken.has(candidate));
    if (name === undefined)
      throw new BindingError(`${what}: every name for it is taken: ${candidates.join(", ")}`);
    this.taken.add(name);
    return name;
  }
}
