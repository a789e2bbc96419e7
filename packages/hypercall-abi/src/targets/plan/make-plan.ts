import type { Abi } from "../../model/model.ts";
import { checkedName } from "./binding-error.ts";
import type { BindingPlan } from "./binding-plan.ts";
import { constantSections } from "./constant-sections.ts";
import { AggregatePlanner } from "./plan-aggregates.ts";
import { select } from "./selection.ts";

/** What a plan is made of besides the model. */
export interface PlanOptions {
  /** Globs of what to print; empty: everything. */
  readonly only?: readonly string[];
  /** The model that assertions are made from, when it is not the printed one. */
  readonly asserted?: Abi;
  /** Doc comment lines of the declaration at a place in the headers. */
  readonly docOf?: (file: string, line: number) => readonly string[];
}

/** A model made ready for printing, and the globs that met nothing in it. Throws BindingError. */
export function makePlan(
  abi: Abi,
  options: PlanOptions = {},
): { readonly plan: BindingPlan; readonly unmatched: readonly string[] } {
  const asserted = options.asserted ?? abi;
  const selection = select(abi, options.only ?? []);
  const planner = new AggregatePlanner(abi, asserted);
  for (const key of Object.keys(abi.structs)) if (selection.structs.has(key)) planner.plan(key);
  const plan: BindingPlan = {
    xen: labelOf(abi.xen),
    arch: abi.arch,
    mode: abi.mode,
    sections: constantSections(abi, asserted, selection.constants),
    strings: [...selection.strings].map((name) => ({
      name: checkedName(name, "a string"),
      text: abi.strings[name],
    })),
    aggregates: planner.planned,
    docOf: options.docOf ?? (() => []),
  };
  return { plan, unmatched: selection.unmatched };
}

/** A release as text that no language takes for anything else: a model file may call itself whatever it likes. */
function labelOf(xen: string): string {
  return xen.replace(/[^A-Za-z0-9.+~-]/g, "-");
}
