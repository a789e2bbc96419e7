import { FRAMES_END } from "@xgt/hypercall-log";
import type { DmaRule } from "../rules/kinds/dma-rule.ts";
import type { RuleHooks, RunHooks } from "../rules/kinds/rule.ts";
import {
  always,
  type StraightKind,
  type StraightRule,
  type Stretch,
  straightKinds,
} from "../rules/kinds/straight-rule.ts";
import { everywhere, shared } from "../rules/watch/stretch-between.ts";
import type { Domain } from "../state/domain.ts";
import { FrameKind } from "../state/frame-kind.ts";

/** Whether an event of each kind would reach the hooks of a rule. */
const reaches: { readonly [kind in StraightKind]: (hooks: RuleHooks) => boolean } = {
  dmaPage: (hooks) => hooks.dma !== undefined,
  guestEntry: (hooks) => hooks.guestP2m !== undefined,
  grantMade: (hooks) =>
    seesChange(hooks, FrameKind.hole, FrameKind.grant) ||
    seesChange(hooks, FrameKind.unknown, FrameKind.grant),
  grantGone: (hooks) => seesChange(hooks, FrameKind.grant, FrameKind.hole),
  mapCall: (hooks) => seesCall(hooks, "map_grant_ref"),
  unmapCall: (hooks) => seesCall(hooks, "unmap_grant_ref"),
  decreaseCall: (hooks) => seesCall(hooks, "decrease_reservation"),
  populateCall: (hooks) => seesCall(hooks, "populate_physmap"),
};

function seesChange(hooks: RuleHooks, from: FrameKind, to: FrameKind): boolean {
  const { change, changes } = hooks;
  return (
    change !== undefined && (changes?.from?.includes(from) ?? true) && (changes?.to?.includes(to) ?? true)
  );
}

function seesOut(hooks: RuleHooks): boolean {
  return (
    seesChange(hooks, FrameKind.own, FrameKind.hole) || seesChange(hooks, FrameKind.unknown, FrameKind.hole)
  );
}

function seesIn(hooks: RuleHooks): boolean {
  return (
    seesChange(hooks, FrameKind.hole, FrameKind.own) || seesChange(hooks, FrameKind.unknown, FrameKind.own)
  );
}

/** Where all runs' rules let many gfns change at once, around one of them; undefined: not there. */
function sharedStretch(
  runs: readonly (RunHooks | undefined)[],
  domain: Domain,
  gfn: number,
): Stretch | undefined {
  let stretch: Stretch = everywhere();
  for (const each of runs) {
    const one = each?.stretch?.(domain, gfn);
    if (one === undefined) return undefined;
    stretch = shared(stretch, one);
  }
  return stretch;
}

function seesCall(hooks: RuleHooks, subOp: string): boolean {
  const called = hooks.begin ?? hooks.before ?? hooks.after;
  return called !== undefined && (hooks.subOps?.includes(subOp) ?? true);
}

/** No gfn. */
const NOWHERE: Stretch = { first: 0, end: 0 };

/** A check of a rule that no mapping in a stretch lets it decide. */
interface OpenCheck {
  readonly rule: StraightRule;
  readonly why: string;
}

/** What rules let pass of one domain's events, as things stood when an event last went past the path. */
export class Passing {
  asOf = -1;
  readonly kinds: Record<StraightKind, boolean> = {
    dmaPage: false,
    guestEntry: false,
    grantMade: false,
    grantGone: false,
    mapCall: false,
    unmapCall: false,
    decreaseCall: false,
    populateCall: false,
  };
  /** Where grants may be mapped, and which frames: the stretches that were asked for last; empty at first. */
  firstPlace = 0;
  endPlace = 0;
  firstFrame = 0;
  endFrame = 0;
  /** Where own RAM may leave the map, and where it may come back, many gfns at once: as above. */
  firstOut = 0;
  endOut = 0;
  firstIn = 0;
  endIn = 0;
  /** What cannot be decided of a mapping in the places, and the mappings there that this is still to be said of. */
  open: readonly OpenCheck[] = [];
  opened = 0;
}

/** What the rules of a replay leave to the straight path. */
export class StraightGuards {
  private readonly checks: {
    readonly kind: StraightKind;
    readonly may: readonly ((domain: Domain) => boolean)[];
  }[];
  private readonly byDomain = new Map<Domain, Passing>();
  private readonly rules: readonly StraightRule[];
  private asOf = 0;
  private lastDomain: Domain | undefined;
  private last = new Passing();
  /** Those that are asked, or told, of single events. */
  readonly nextCall: readonly StraightRule[];
  readonly mayMap: readonly StraightRule[];
  readonly entryChanged: readonly StraightRule[];
  readonly unknownTouched: readonly StraightRule[];
  readonly readOnlyMapped: readonly StraightRule[];
  readonly entryOutlives: readonly StraightRule[];
  private readonly idle: readonly StraightRule[];
  /** Runs of rules that are told of own RAM that leaves the map, and comes back; absent: a rule is told of single gfns. */
  private readonly outRuns: readonly (RunHooks | undefined)[];
  private readonly inRuns: readonly (RunHooks | undefined)[];

  constructor(hooks: readonly RuleHooks[], dmaRules: readonly Pick<DmaRule, "keepsRight">[]) {
    this.checks = [];
    for (const kind of straightKinds) {
      if (kind === "dmaPage" && !dmaRules.every((rule) => rule.keepsRight === true)) continue;
      const may = checksOf(kind, hooks);
      if (may !== undefined) this.checks.push({ kind, may });
    }
    this.rules = hooks.flatMap(({ straight }) => (straight === undefined ? [] : [straight]));
    const having = (name: Exclude<keyof StraightRule, "passes">): readonly StraightRule[] =>
      this.rules.filter((rule) => rule[name] !== undefined);
    this.outRuns = hooks.filter((each) => seesOut(each)).map(({ runs }) => runs);
    this.inRuns = hooks.filter((each) => seesIn(each)).map(({ runs }) => runs);
    this.nextCall = having("nextCall");
    this.mayMap = having("mayMap");
    this.entryChanged = having("entryChanged");
    this.unknownTouched = having("unknownTouched");
    this.readOnlyMapped = having("readOnlyMapped");
    this.entryOutlives = having("entryOutlives");
    this.idle = [...new Set([...this.nextCall, ...this.mayMap, ...this.entryChanged, ...this.entryOutlives])];
  }

  /** An event went past the path: rules may have something to wait for, or nothing any more. */
  renew(): void {
    this.asOf++;
  }

  /** Whether no rule has to be asked of single calls, maps and entries of a domain until an entry outlives its grant. */
  isIdle(domain: Domain): boolean {
    const { idle } = this;
    for (let i = 0; i < idle.length; i++) if (idle[i].isIdle?.(domain) !== true) return false;
    return true;
  }

  /** What may pass of a domain's events now. */
  of(domain: Domain): Passing {
    if (domain === this.lastDomain && this.last.asOf === this.asOf) return this.last;
    let passing = this.byDomain.get(domain);
    if (passing === undefined) {
      passing = new Passing();
      this.byDomain.set(domain, passing);
    }
    this.lastDomain = domain;
    this.last = passing;
    if (passing.asOf === this.asOf) return passing;
    passing.asOf = this.asOf;
    for (const { kind, may } of this.checks) passing.kinds[kind] = may.every((check) => check(domain));
    // Which domains there are, and what is known of them, may have changed too.
    passing.endPlace = 0;
    passing.endFrame = 0;
    passing.endOut = 0;
    passing.endIn = 0;
    return passing;
  }

  /** Says of the mappings so far what cannot be decided of them. */
  settle(passing: Passing): void {
    if (passing.opened === 0) return;
    for (const { rule, why } of passing.open) rule.undecided?.(why, passing.opened);
    passing.opened = 0;
  }

  /** Whether DMA of a device may pass. */
  device(domain: Domain, dev: number): boolean {
    return this.rules.every((rule) => rule.device?.(domain, dev) ?? true);
  }

  /** Own RAM left the map at a gfn, or came back, and nobody had anything to say: notes where more may do so. */
  notePlaces(domain: Domain, gfn: number, isOut: boolean, passing: Passing): void {
    const { first, end } = sharedStretch(isOut ? this.outRuns : this.inRuns, domain, gfn) ?? NOWHERE;
    if (isOut) {
      passing.firstOut = first;
      passing.endOut = end;
    } else {
      passing.firstIn = first;
      passing.endIn = end;
    }
  }

  /** Whether grants may be mapped at a gfn; the stretch of those alike is noted. */
  takesPlace(domain: Domain, gfn: number, passing: Passing): boolean {
    this.settle(passing);
    const open: OpenCheck[] = [];
    let first = 0;
    let end = FRAMES_END;
    for (const rule of this.rules) {
      if (rule.places === undefined) continue;
      const stretch = rule.places(domain, gfn);
      if (stretch === undefined) return false;
      first = Math.max(first, stretch.first);
      end = Math.min(end, stretch.end);
      if (stretch.open !== undefined) open.push({ rule, why: stretch.open });
    }
    passing.firstPlace = first;
    passing.endPlace = end;
    passing.open = open;
    return true;
  }

  /** Whether a frame may be mapped by a grant; the stretch of those alike is noted. */
  takesFrame(domain: Domain, mfn: number, passing: Passing): boolean {
    let first = 0;
    let end = FRAMES_END;
    for (const rule of this.rules) {
      if (rule.frames === undefined) continue;
      const stretch = rule.frames(domain, mfn);
      if (stretch === undefined) return false;
      first = Math.max(first, stretch.first);
      end = Math.min(end, stretch.end);
    }
    passing.firstFrame = first;
    passing.endFrame = end;
    return true;
  }
}

/** What rules ask before an event of a kind passes; undefined: one of them has to be called for each. */
function checksOf(
  kind: StraightKind,
  all: readonly RuleHooks[],
): ((domain: Domain) => boolean)[] | undefined {
  const checks: ((domain: Domain) => boolean)[] = [];
  for (const hooks of all) {
    if (!reaches[kind](hooks)) continue;
    const check = hooks.straight?.passes[kind];
    if (check === undefined) return undefined;
    if (check !== always) checks.push(check);
  }
  return checks;
}
