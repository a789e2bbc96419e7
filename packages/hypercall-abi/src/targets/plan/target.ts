import type { BindingPlan } from "./binding-plan.ts";
import type { ShimPlan } from "./shim-plan.ts";

/** What a user may ask of the generated text. */
export interface EmitOptions {
  /** Before each name (C only): "xgt_" gives `struct xgt_start_info` and `XGT_DOMID_SELF`. */
  readonly prefix: string;
  /** Wrappers of hypercalls that record them (C and Rust only). */
  readonly shim?: ShimPlan | undefined;
}

/** A language that bindings can be made for. */
export interface Target {
  /** What `xgt bindgen` calls it. */
  readonly name: string;
  /** The language's own name. */
  readonly title: string;
  /** How its files end. */
  readonly extension: string;
  /** It can be given a shim. */
  readonly hasShim: boolean;
  /** The whole text. Throws BindingError with the name of what it cannot express. */
  emit(plan: BindingPlan, options: EmitOptions): string;
  /** The types of what `emit` printed, as a file of their own; absent where the text itself has them. */
  stubs?(plan: BindingPlan): string;
}
