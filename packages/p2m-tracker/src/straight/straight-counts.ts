import { shapeNamed } from "../semantics/shared/semantics.ts";

/** Sub-ops that the straight path takes; a call's place here is its number in `StraightCounts.calls`. */
export const straightSubOps = [
  "map_grant_ref",
  "unmap_grant_ref",
  "decrease_reservation",
  "populate_physmap",
] as const;
/** Their places. */
export const SubOp = { map: 0, unmap: 1, decrease: 2, populate: 3 } as const;
export type SubOp = (typeof SubOp)[keyof typeof SubOp];
/** Their shapes. */
export const straightShapes = straightSubOps.map((name) => shapeNamed(name));

/** Place of a sub-op; undefined: the straight path does not take it. */
export function straightSubOpOf(nr: number, cmd: number): SubOp | undefined {
  for (let i = 0; i < straightShapes.length; i++) {
    const { subOp } = straightShapes[i];
    if (subOp.cmd === cmd && subOp.nr === nr) return i as SubOp;
  }
  return undefined;
}

/** What a stretch of rows of one domain comes to: the path counts, the replay settles it where the stretch ends. */
export class StraightCounts {
  dmas = 0;
  /** Entries of the guest's own table. */
  entries = 0;
  /** Pages of DMAs that nothing is known of. */
  unknownPages = 0;
  /** Whole calls, by sub-op. */
  readonly calls = new Int32Array(straightSubOps.length);
  /** The sub-ops of the calls, in the order in which they first came, and how many these are. */
  readonly order = new Int32Array(straightSubOps.length);
  kinds = 0;
  /** Grant ops and extents of the calls, and of those the ones that the log counts and does not show. */
  operations = 0;
  missing = 0;
  /** Event at which the latest call ended; 0: the stretch has none. */
  lastCall = 0;

  /** Calls passed, both halves of each. */
  call(subOp: number, operations: number, missing: number, exit: number, times = 1): void {
    if (this.calls[subOp] === 0) this.order[this.kinds++] = subOp;
    this.calls[subOp] += times;
    this.operations += operations;
    this.missing += missing;
    this.lastCall = exit;
  }

  /** The next stretch begins. */
  clear(): void {
    this.dmas = 0;
    this.entries = 0;
    this.unknownPages = 0;
    this.operations = 0;
    this.missing = 0;
    if (this.lastCall === 0) return;
    this.calls.fill(0);
    this.kinds = 0;
    this.lastCall = 0;
  }
}
