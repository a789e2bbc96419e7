import { c } from "./c.ts";
import type { Target } from "./target.ts";

export { BindingError } from "./binding-error.ts";
export type * from "./binding-plan.ts";
export { makePlan, type PlanOptions } from "./make-plan.ts";
export type { EmitOptions, Target } from "./target.ts";

/** Languages that bindings can be made for. */
export const targets: readonly Target[] = [c];
