import type { Location, Severity } from "@xgt/findings";
import type { DeviceSpec } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { DmaPage } from "../../state/dma-page.ts";
import type { Domain } from "../../state/domain.ts";
import type { FrameKind } from "../../state/frame-kind.ts";
import type { Change, Machine } from "../../state/machine.ts";
import type { StraightRule, Stretch } from "./straight-rule.ts";

/** What a log must hold for a rule to be decided; without it the rule is listed as undecided. */
export type RuleInput =
  | "guest-p2m"
  | "dma"
  | "dma-bits"
  | "grant-entries"
  | "shares"
  | "domain-events"
  | "from-boot"
  | "features"
  | "mode"
  | "ram"
  | "regions"
  | "xen-version";

/** One rule of the catalogue: what people read, two example logs, and the check. One file each. */
export interface Rule {
  /** `G04`. */
  readonly id: string;
  /** `grant-over-ram`. */
  readonly name: string;
  readonly severity: Severity;
  /** What must hold. */
  readonly what: string;
  /** What happens where it does not. */
  readonly why: string;
  /** What to change in the guest (H rules: what to look at). */
  readonly fix: string;
  /** Xen's and the guest's own functions: path:function@version. */
  readonly source: string;
  readonly needs: readonly RuleInput[];
  /** NDJSON logs: one that keeps the rule, one that breaks it. */
  readonly passing: string;
  readonly failing: string;
  /** The fault again, and the guest makes it good after the call: no error and no warning is left. */
  readonly repaired?: string;
  /** Why no later call makes the fault good, as a sentence. Each G and H rule has this or `repaired`. */
  readonly beyondRepair?: string;
  /** Starts the check for one replay; its state lives in the closure. */
  watch(host: RuleHost): RuleHooks;
}

/** Which p2m changes a rule wants to see; absent: of any kind. */
interface ChangeFilter {
  readonly from?: readonly FrameKind[];
  readonly to?: readonly FrameKind[];
}

/**
 * What a rule makes of frames that change alike: `count` from the change's gfn and item on, all of one leaf. They are
 * extents of one frame that a decrease_reservation takes (to hole) or a populate_physmap brings (to own); without
 * `change.call` of one that did all that it was asked for.
 */
export interface RunHooks {
  /**
   * gfns around one of which `may` is true of each run that a call on the straight path makes, until another event goes past
   * it; the rule is idle meanwhile (StraightRule.isIdle). Absent, or undefined: `may` has to be asked.
   */
  stretch?(domain: Domain, gfn: number): Stretch | undefined;
  /** Whether the rule has nothing to report of any of them; false: they change one by one, and `change` is called for each. */
  may(change: Change, count: number): boolean;
  /** They have changed; `change.gfn` came first: the lowest of them, or the highest. */
  add?(change: Change, count: number): void;
}

/** What a rule is called for. Objects passed in are valid during the call only. */
export interface RuleHooks {
  /** What the rule leaves to the straight path; absent: all that its hooks are called for goes past it. */
  readonly straight?: StraightRule;
  /** One gfn changes; called before anything later of the same call is looked at. */
  change?(change: Change): void;
  readonly changes?: ChangeFilter;
  /** For many frames that change alike, in place of `change` for each; absent: it is called for each. */
  readonly runs?: RunHooks;
  /** Sub-op names for which `before`, `after` and `begin` are called; absent: all. */
  readonly subOps?: readonly string[];
  /** A call begins (its enter event): results are not known yet. Only rules about "the same thread's next call" need it. */
  begin?(call: Call): void;
  /** A call has returned; its effects are not applied yet. */
  before?(call: Call): void;
  /** A call has returned and the state follows it. */
  after?(call: Call): void;
  /** The guest changed its own table. `mfn` >= ALL_ONES: erased. */
  guestP2m?(domain: Domain, pfn: number, mfn: number, count: number, pid: number): void;
  /** A device gets a page; the p2m holds what page.kind says. */
  dma?(page: DmaPage): void;
  /**
   * A device whose address bits the specification says gets `size` bytes from `bus` on, an address as the device sees it.
   * `gfn`: the page that is meant; NaN: a coherent allocation, or not recorded.
   */
  deviceAddress?(domain: Domain, device: DeviceSpec, gfn: number, bus: number, size: number): void;
  /** The domain wrote or ended a grant entry (`dom` -1: ended). */
  grant?(domain: Domain, ref: number, dom: number, gfn: number, ro: boolean): void;
  /** The secure world gets `count` pages (`begins`), or gives them back; not noted yet. `partner`: index of its name, -1 not recorded. */
  share?(domain: Domain, gfn: number, count: number, partner: number, begins: boolean): void;
  /** A domain boots, suspends, resumes, shuts down, is destroyed or created (DomainChange). */
  domain?(domid: number, what: number): void;
  /** Everything known of a domain was lost. */
  forgotten?(domain: Domain): void;
  /** The log has ended. */
  end?(): void;
}

/** The event that a report is about. */
export interface ReportPlace {
  readonly event: number;
  /** Seconds; NaN: not recorded. */
  readonly time: number;
  readonly location: Location | null;
  /** What the run has not told, of a domain too: reasons for a verdict not to be certain. */
  lacks(domain: Domain | undefined): readonly string[];
}

/** A report by a rule; what is left out is taken from the event under way. */
export interface Report {
  readonly domain?: Domain | undefined;
  readonly gfn?: number | undefined;
  readonly count?: number | undefined;
  readonly message: string;
  /** Absent: the rule's own. */
  readonly severity?: Severity;
  readonly certain?: boolean;
  /** What could change the verdict, where it is not certain; absent: all that this run lacks. */
  readonly uncertain?: readonly string[] | undefined;
  readonly busMfn?: number | undefined;
  readonly expectedMfn?: number | undefined;
  readonly causeEvent?: number | undefined;
  readonly also?: readonly string[];
  /** Absent: the rule's own. */
  readonly fix?: string;
  readonly notes?: readonly { readonly message: string; readonly event: number }[];
  /** Where it was found, if it is told later than that; absent: the event under way. */
  readonly at?: ReportPlace;
}

/** What a rule may look at, and how it speaks. */
export interface RuleHost {
  readonly machine: Machine;
  /** The log holds every call since the domain started. */
  readonly fromBoot: boolean;
  /** Logs that the run is merged from: what two recorders wrote has no certain order between shared calls. */
  readonly recorders: number;
  /** Exit of the latest call; 0: none yet, or that of the latest call never came. */
  readonly lastCall: number;
  /** XENFEAT bits of the header; undefined: not recorded. */
  readonly features: readonly number[] | undefined;
  /** Text of a string index (comm, dev). */
  text(index: number): string;
  /** The event under way, for a report that is told later. */
  here(): ReportPlace;
  /** A finding at the event under way. Neighbouring frames of one event with the same message become one finding. */
  report(rule: Rule, report: Report): void;
  /** A check that ended on something unknown; `times`: of so many events or frames, absent: of one. */
  indeterminate(rule: Rule, why: string, times?: number): void;
}

/** "0xc0000". */
export function hex(frame: number): string {
  return frame >= 2 ** 64 ? "0xffffffffffffffff" : `0x${frame.toString(16)}`;
}
