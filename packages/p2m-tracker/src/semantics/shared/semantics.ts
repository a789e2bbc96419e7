import { type ArgumentShape, argumentShapes } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Machine } from "../../state/machine.ts";

/** What one sub-op does: predicts its answer, and makes the state follow what the log (else the model) says. */
export interface Semantics {
  readonly nr: number;
  /** Sub-op; null: every sub-op of `nr` that no other file models. */
  readonly cmd: number | null;
  /** Xen's own function: path:function@version. */
  readonly source: string;
  replay(call: Call, machine: Machine): void;
}

/** The argument shape of a sub-op by name; throws where there is none, a mistake of the caller. */
export function shapeNamed(name: string): ArgumentShape {
  const shape = argumentShapes.find((candidate) => candidate.subOp.name === name);
  if (shape === undefined) throw new Error(`no sub-op ${name}`);
  return shape;
}
