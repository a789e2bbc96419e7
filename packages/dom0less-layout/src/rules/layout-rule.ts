import type { Severity } from "@xgt/findings";
import type { GuestDomain, LayoutModel } from "../model/layout-model.ts";
import type { AddressRange } from "../terms/address-range.ts";
import type { DtNode } from "../tree/device-tree.ts";
import type { LayoutExample } from "./example-board.ts";

/** What Xen does: it stops at boot, it goes on and the guest breaks, or nothing breaks yet. */
export type Outcome = "panic" | "silent" | "advice";

/** One rule about a static layout: what people read, two examples, and the check. One file each. */
export interface LayoutRule {
  /** `L11`. */
  readonly id: string;
  /** `passthrough-inside-ram`. */
  readonly name: string;
  /** `error` where Xen panics or the guest breaks. */
  readonly severity: Severity;
  readonly outcome: Outcome;
  /** False: the boot log alone is enough for the check. */
  readonly needsTree?: boolean;
  /** What must hold. */
  readonly what: string;
  /** Why Xen needs it. */
  readonly why: string;
  /** What people see where it does not hold. */
  readonly consequence: string;
  /** What to change. */
  readonly fix: string;
  /** Xen's functions, path:function@versions. */
  readonly source: string;
  readonly passing: LayoutExample;
  readonly failing: LayoutExample;
  check(model: LayoutModel, host: LayoutRuleHost): void;
}

/** A report by a rule. */
export interface LayoutReport {
  readonly message: string;
  /** Absent: the finding is about the host. */
  readonly domain?: GuestDomain;
  /** Node and property that the finding points to. */
  readonly node?: DtNode;
  readonly property?: string;
  /** A line of the boot log instead of a node. */
  readonly logLine?: number;
  /** Frames that the finding is about. */
  readonly range?: AddressRange;
  /** Absent: the rule's own. */
  readonly severity?: Severity;
  /** Absent: the rule's own. */
  readonly outcome?: Outcome;
  readonly fix?: string;
  /** False: something that the input does not hold could change the verdict. */
  readonly certain?: boolean;
  readonly notes?: readonly { readonly message: string; readonly node?: DtNode }[];
}

/** How a rule speaks. */
interface LayoutRuleHost {
  report(report: LayoutReport): void;
  /** The input does not hold what the rule needs. */
  undecided(why: string): void;
}
