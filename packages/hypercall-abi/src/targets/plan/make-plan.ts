import type { Abi, Unmodelled } from "../../model/model.ts";
import { checkedName, forItem } from "./binding-error.ts";
import type { BindingPlan } from "./binding-plan.ts";
import { constantSections } from "./constant-sections.ts";
import { AggregatePlanner } from "./plan-aggregates.ts";
import { type LeftOut, select } from "./selection.ts";

/** What a plan is made of besides the model. */
export interface PlanOptions {
  /** Globs of what to print; empty: everything. */
  readonly only?: readonly string[];
  /** Globs of what not to print. */
  readonly exclude?: readonly string[];
  /** No structs and unions. */
  readonly constantsOnly?: boolean;
  /** Keys of structs and names of constants that are not printed, and why. */
  readonly without?: ReadonlyMap<string, string>;
  /** The model that assertions are made from, when it is not the printed one. */
  readonly asserted?: Abi;
  /** Doc comment lines of the declaration at a place in the headers. */
  readonly docOf?: (file: string, line: number) => readonly string[];
}

/** A plan, and what is not in it. */
interface MadePlan {
  readonly plan: BindingPlan;
  /** Items that the globs name and that are not printed. */
  readonly leftOut: readonly LeftOut[];
  /** Declarations that the model does not have, and that the globs name. */
  readonly unmodelled: readonly Unmodelled[];
  /** Globs that met nothing. */
  readonly unmatched: readonly string[];
}

/** A model made ready for printing. Throws BindingError. */
export function makePlan(abi: Abi, options: PlanOptions = {}): MadePlan {
  const asserted = options.asserted ?? abi;
  const selection = select(abi, options.only ?? [], {
    globs: options.exclude ?? [],
    items: options.without ?? new Map(),
  });
  const planner = new AggregatePlanner(abi, asserted, new Set(selection.leftOut.map(({ name }) => name)));
  const structs = options.constantsOnly ? [] : Object.keys(abi.structs);
  for (const key of structs) if (selection.structs.has(key)) planner.plan(key);
  const plan: BindingPlan = {
    xen: labelOf(abi.xen),
    arch: abi.arch,
    mode: abi.mode,
    sections: constantSections(abi, asserted, selection.constants),
    strings: [...selection.strings].map((name) => ({
      name: forItem(name, () => checkedName(name, "a string")),
      text: abi.strings[name],
    })),
    aggregates: planner.planned,
    docOf: options.docOf ?? (() => []),
  };
  const { leftOut, unmodelled, unmatched } = selection;
  return { plan, leftOut, unmodelled, unmatched };
}

/** A release as text that no language takes for anything else: a model file may call itself whatever it likes. */
function labelOf(xen: string): string {
  return xen.replace(/[^A-Za-z0-9.+~-]/g, "-");
}
