import { type ArgumentShape, argumentShapes } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Machine } from "../../state/machine.ts";

/** What one sub-op does: predicts its answer, and makes the state follow what the log (else the model) says. */
export interface Semantics {
  /** "populate_physmap"; null: every sub-op of `restOf` that no other file models. */
  readonly subOp: string | null;
  /** Number of the hypercall, where `subOp` is null. */
  readonly restOf?: number;
  /** Xen's own function: path:function@version. */
  readonly source: string;
  /** Applies one call. `call` is the replay's only one: nothing of it may be kept. */
  replay(call: Call, machine: Machine): void;
}

/** The argument shape of a sub-op by name; throws where there is none, a mistake of the caller. */
export function shapeNamed(name: string): ArgumentShape {
  const shape = argumentShapes.find((candidate) => candidate.subOp.name === name);
  if (shape === undefined) throw new Error(`no sub-op ${name}`);
  return shape;
}
