import type { Location } from "@xgt/findings";
import type { DeviceSpec, EventBatch } from "@xgt/hypercall-log";
import { rules } from "../rules/index.ts";
import type { Report, ReportPlace, Rule, RuleHost } from "../rules/kinds/rule.ts";
import type { DmaPage } from "../state/dma-page.ts";
import type { Domain } from "../state/domain.ts";
import type { Machine } from "../state/machine.ts";
import type { ReplaySetup, RunFacts } from "../state/setup.ts";
import type { FindingJoiner } from "./finding-joiner.ts";
import type { ReplayCounters } from "./replay-result.ts";
import { RuleDispatch } from "./rule-dispatch.ts";

/** What the rules of one replay see of it, and where their reports go. */
export class ReplayHost implements RuleHost {
  readonly machine: Machine;
  readonly fromBoot: boolean;
  readonly features: readonly number[] | undefined;
  readonly joiner: FindingJoiner;
  /** Checks that ended on something unknown: rule -> reason -> times. */
  readonly open = new Map<string, Map<string, number>>();
  readonly dispatch: RuleDispatch;
  indeterminateCount = 0;
  /** Time and place of the event under way. */
  time = Number.NaN;
  place = 0;
  source = 0;
  lastCall = 0;
  private readonly setup: ReplaySetup;
  private readonly counters: Readonly<ReplayCounters>;

  constructor(
    machine: Machine,
    run: RunFacts,
    setup: ReplaySetup,
    joiner: FindingJoiner,
    counters: Readonly<ReplayCounters>,
  ) {
    this.machine = machine;
    this.fromBoot = run.fromBoot;
    this.features = run.features;
    this.setup = setup;
    this.counters = counters;
    this.joiner = joiner;
    const watching = setup.conformanceOnly ? rules.filter(({ id }) => id.startsWith("H")) : rules;
    this.dispatch = new RuleDispatch(watching.map((rule) => ({ rule, hooks: rule.watch(this) })));
  }

  /** What is reported from here on is about that event. */
  at(batch: EventBatch, row: number): void {
    this.time = batch.time[row];
    this.place = batch.place[row];
    this.source = batch.source[row];
  }

  get recorders(): number {
    return this.setup.sources.length;
  }

  text(index: number): string {
    return this.setup.strings.get(index);
  }

  report(rule: Rule, report: Report): void {
    this.joiner.add(rule, report, this.here());
  }

  /** The event under way, for a report that is told later. */
  here(): ReportPlace {
    const { machine, time } = this;
    return { event: machine.event, time, location: this.location(), lacks: (domain) => this.lacks(domain) };
  }

  indeterminate(rule: Rule, why: string, times = 1): void {
    this.indeterminateCount += times;
    const reasons = this.open.get(rule.id) ?? new Map<string, number>();
    reasons.set(why, (reasons.get(why) ?? 0) + times);
    this.open.set(rule.id, reasons);
  }

  guestP2m(domain: Domain, pfn: number, mfn: number, count: number, pid: number): void {
    for (const hooks of this.dispatch.guestP2m) hooks.guestP2m?.(domain, pfn, mfn, count, pid);
  }

  grant(domain: Domain, ref: number, dom: number, gfn: number, ro: boolean): void {
    for (const hooks of this.dispatch.hooks) hooks.grant?.(domain, ref, dom, gfn, ro);
  }

  deviceAddress(domain: Domain, device: DeviceSpec, gfn: number, bus: number, size: number): void {
    for (const hooks of this.dispatch.hooks) hooks.deviceAddress?.(domain, device, gfn, bus, size);
  }

  share(domain: Domain, gfn: number, count: number, partner: number, begins: boolean): void {
    for (const hooks of this.dispatch.hooks) hooks.share?.(domain, gfn, count, partner, begins);
  }

  dmaPage(page: DmaPage): void {
    for (const hooks of this.dispatch.dma) hooks.dma?.(page);
  }

  domainChange(domid: number, what: number): void {
    for (const hooks of this.dispatch.hooks) hooks.domain?.(domid, what);
  }

  forgotten(domain: Domain): void {
    for (const hooks of this.dispatch.hooks) hooks.forgotten?.(domain);
  }

  end(): void {
    for (const hooks of this.dispatch.hooks) hooks.end?.();
  }

  /** What this run has not told so far. */
  private lacks(domain: Domain | undefined): string[] {
    const { entersWithoutExit, exitsWithoutEnter, lost } = this.counters;
    return [
      ...(this.fromBoot ? [] : ["from_boot"]),
      ...(lost > 0 ? ["lost"] : []),
      ...(entersWithoutExit + exitsWithoutEnter > 0 ? ["half-missing"] : []),
      ...(this.machine.xen === null ? ["version"] : []),
      ...(domain?.mode === "unknown" ? ["mode"] : []),
      ...(domain !== undefined && domain.ram === undefined ? ["ram"] : []),
    ];
  }

  private location(): Location | null {
    const source = this.setup.sources[this.source];
    return source === undefined ? null : { path: source.path, place: this.place, unit: source.placeUnit };
  }
}
