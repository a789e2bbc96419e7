import { LEFT_OUT_MAX } from "../../limits.ts";
import type { Abi, Unmodelled } from "../../model/model.ts";
import { BindingError } from "./binding-error.ts";
import type { BindingPlan } from "./binding-plan.ts";
import { makePlan, type PlanOptions } from "./make-plan.ts";
import type { LeftOut } from "./selection.ts";
import type { EmitOptions, Target } from "./target.ts";

/** The bindings of one language. */
export interface Bindings {
  readonly text: string;
  /** What was printed. */
  readonly plan: BindingPlan;
  /** Chosen items that are not in the text: excluded ones, those that the language cannot say, and those that hold such. */
  readonly leftOut: readonly LeftOut[];
  /** Declarations that the model does not have, and that the globs name. */
  readonly unmodelled: readonly Unmodelled[];
  /** Globs that met nothing. */
  readonly unmatched: readonly string[];
}

/**
 * Prints a model in one language. An item that the language cannot say is left out, not the whole text. Throws
 * BindingError where leaving items out does not help, or where nothing is left.
 */
export function bind(target: Target, abi: Abi, options: PlanOptions, emit: EmitOptions): Bindings {
  const without = new Map(options.without ?? []);
  for (;;) {
    try {
      const made = makePlan(abi, { ...options, without });
      return { text: target.emit(made.plan, emit), ...made };
    } catch (error) {
      if (!(error instanceof BindingError) || error.item === undefined) throw error;
      if (without.has(error.item) || without.size >= LEFT_OUT_MAX) throw error;
      without.set(error.item, error.message);
    }
  }
}
