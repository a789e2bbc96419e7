import { c } from "./c.ts";
import { go } from "./go.ts";
import { python } from "./python.ts";
import { rust } from "./rust.ts";
import type { Target } from "./target.ts";
import { typescript } from "./typescript.ts";

export { BindingError } from "./binding-error.ts";
export type * from "./binding-plan.ts";
export { docComments } from "./doc-comments.ts";
export { makePlan, type PlanOptions } from "./make-plan.ts";
export { type ShimPlan, shimPlan } from "./shim-plan.ts";
export type { EmitOptions, Target } from "./target.ts";

/** Languages that bindings can be made for. */
export const targets: readonly Target[] = [c, rust, go, python, typescript];
