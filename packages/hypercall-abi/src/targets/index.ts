import { c } from "./c/c.ts";
import { go } from "./go/go.ts";
import type { Target } from "./plan/target.ts";
import { python } from "./python/python.ts";
import { rust } from "./rust/rust.ts";
import { typescript } from "./typescript/typescript.ts";

export { type Bindings, bind } from "./plan/bind.ts";
export { BindingError } from "./plan/binding-error.ts";
export { docComments } from "./plan/doc-comments.ts";
export { makePlan, type PlanOptions } from "./plan/make-plan.ts";
export { EXCLUDED, type LeftOut } from "./plan/selection.ts";
export { type ShimPlan, shimPlan } from "./plan/shim-plan.ts";
export type { EmitOptions, Target } from "./plan/target.ts";

/** Languages that bindings can be made for. */
export const targets: readonly Target[] = [c, rust, go, python, typescript];
