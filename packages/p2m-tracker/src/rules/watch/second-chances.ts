import { DomainChange } from "@xgt/hypercall-log";
import { MARKED_FRAMES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import type { Report, Rule, RuleHost } from "../kinds/rule.ts";

/**
 * Faults that a later call may make good. What a rule says of one is held back, for its own event: it is information
 * where that call came, and what the rule has where the fault is used, is covered, or is still there when its domain or
 * the log ends. Beyond MARKED_FRAMES_MAX further ones are not held back.
 */
export class SecondChances {
  private readonly rule: Rule;
  private readonly host: RuleHost;
  private readonly byDomain = new Map<Domain, Map<number, Report[]>>();
  private kept = 0;

  constructor(rule: Rule, host: RuleHost) {
    this.rule = rule;
    this.host = host;
  }

  /** Faults held back; 0: no other method has anything to do. */
  get size(): number {
    return this.kept;
  }

  /** Holds a fault of a domain back. `key`: a gfn, or what else the rule knows it by; NaN: nothing can make it good. */
  hold(domain: Domain, key: number, report: Report): void {
    if (Number.isNaN(key) || this.kept >= MARKED_FRAMES_MAX) {
      this.host.report(this.rule, report);
      return;
    }
    let held = this.byDomain.get(domain);
    if (held === undefined) {
      held = new Map();
      this.byDomain.set(domain, held);
    }
    const at = { ...report, at: this.host.here() };
    const same = held.get(key);
    if (same === undefined) held.set(key, [at]);
    else same.push(at);
    this.kept++;
  }

  /** Whether a fault of that key is held back. */
  holds(domain: Domain, key: number): boolean {
    return this.kept > 0 && this.byDomain.get(domain)?.has(key) === true;
  }

  /** The event under way makes good what the key names. */
  madeGood(domain: Domain, key: number): void {
    const after = `; made good at event ${this.host.machine.event}`;
    for (const report of this.take(domain, key))
      this.host.report(this.rule, { ...report, severity: "info", message: `${report.message}${after}` });
  }

  /** What the key names does its harm: `how` tells by what ("a DMA uses the page"). */
  fails(domain: Domain, key: number, how: string): void {
    const event = `; at event ${this.host.machine.event} ${how}`;
    for (const report of this.take(domain, key))
      this.host.report(this.rule, { ...report, message: `${report.message}${event}` });
  }

  /** What the key names was never a fault. */
  drop(domain: Domain, key: number): void {
    this.take(domain, key);
  }

  /** Calls that may have made anything good are not in the log. */
  forgotten(domain: Domain): void {
    for (const report of this.all(domain))
      this.host.report(this.rule, {
        ...report,
        severity: "info",
        message: `${report.message}; what followed is not in the log`,
      });
  }

  /** A domain that ends can make nothing good. */
  changed(domid: number, what: number): void {
    if (this.kept === 0 || what !== DomainChange.destroy) return;
    const domain = this.host.machine.domains.get(domid);
    if (domain === undefined) return;
    for (const report of this.all(domain)) this.host.report(this.rule, report);
  }

  end(): void {
    for (const domain of [...this.byDomain.keys()])
      for (const report of this.all(domain)) this.host.report(this.rule, report);
  }

  private take(domain: Domain, key: number): readonly Report[] {
    const held = this.kept === 0 ? undefined : this.byDomain.get(domain);
    const reports = held?.get(key) ?? [];
    if (reports.length > 0) held?.delete(key);
    this.kept -= reports.length;
    return reports;
  }

  /** All of a domain, which are no longer held back. */
  private all(domain: Domain): readonly Report[] {
    const reports = [...(this.byDomain.get(domain)?.values() ?? [])].flat();
    this.kept -= reports.length;
    this.byDomain.delete(domain);
    return reports;
  }
}
