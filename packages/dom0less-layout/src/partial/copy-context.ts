import type { HostPlatform } from "../model/host.ts";
import type { DtNode } from "../tree/device-tree.ts";
import type { ReferenceIndex } from "../tree/references.ts";
import type { ClockRates } from "./clock-rates.ts";
import type { PartialNote } from "./partial-note.ts";
import type { StandIns } from "./stand-ins.ts";

/** What all copies of one domain's nodes share. */
export interface CopyContext {
  readonly host: HostPlatform;
  readonly references: ReferenceIndex;
  /** Nodes that the partial tree will hold. */
  readonly inside: ReadonlySet<DtNode>;
  /** Interrupts that Xen will route to the domain, GIC numbers. */
  readonly spis: ReadonlySet<number>;
  readonly gicPhandle: number;
  readonly clocks: ClockRates;
  readonly standIns: StandIns;
  readonly notes: PartialNote[];
}
