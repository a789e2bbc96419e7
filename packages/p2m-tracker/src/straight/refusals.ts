import * as numbers from "../memory/refusal-reasons.ts";

/** Why a row does not take the short way, by the number that the module and the path in TypeScript say. */
const reasons: readonly (readonly [reason: number, name: string])[] = [
  [numbers.OTHER_ROW, "a row of another kind, domain or log"],
  [numbers.OTHER_CALL, "a call of another sub-op"],
  [numbers.CALL_HALVES, "a call's halves apart, or something waits for its thread"],
  [numbers.ASKS_RULE, "a rule is to be asked"],
  [numbers.UNUSUAL, "values that are not usual"],
  [numbers.DMA_PAGE, "a page of a DMA that is not known to be right"],
  [numbers.DMA_DEVICE, "DMA of a device that is not known"],
  [numbers.DMA_SEGMENT, "a DMA segment of an address that is in use"],
  [numbers.UNDER_DMA, "a change of a gfn under DMA"],
  [numbers.NO_ROOM, "no room in a column"],
  [numbers.GRANT_FRAME, "a grant op whose gfn, handle or ref is not free or not its own"],
  [numbers.OWN_FRAME, "an extent that is not a frame of own RAM, or a hole"],
  [numbers.ENTRY_FRAME, "an entry of the guest's table for a gfn that was never touched, or a grant"],
  [numbers.BEHIND_IOMMU, "DMA or a grant of a domain behind an IOMMU"],
];

/** How many rows did not take the short way of healthy events for one reason. */
export interface Refusal {
  readonly reason: string;
  /** Rows that the WebAssembly module left to TypeScript, which mostly took them. */
  readonly byModule: number;
  /** Rows that were replayed with all rules asked. */
  readonly byPath: number;
}

/** Counts rows that did not take the short way. */
export class Refusals {
  private readonly byModule = new Float64Array(reasons.length + 1);
  private readonly byPath = new Float64Array(reasons.length + 1);

  /** The module ended a run before a row. */
  countModule(reason: number): void {
    this.byModule[reason]++;
  }

  /** A row is to be replayed the long way. */
  countPath(reason: number): void {
    this.byPath[reason]++;
  }

  /** The reasons that there were. */
  list(): Refusal[] {
    return reasons
      .map(([at, reason]) => ({ reason, byModule: this.byModule[at], byPath: this.byPath[at] }))
      .filter(({ byModule, byPath }) => byModule + byPath > 0);
  }
}
