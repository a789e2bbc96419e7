import { DomainChange, type EventBatch } from "@xgt/hypercall-log";
import { DOMAINS_MAX, P2M_LEAVES_MAX } from "../limits.ts";
import type { Domain, Mode } from "../state/domain.ts";
import { LeafPool } from "../state/frame-leaves.ts";
import type { Machine } from "../state/machine.ts";
import { type ReplaySetup, type RunFacts, specsOf, startDomain } from "../state/setup.ts";

/** The domains of a replay: each is made when it is first seen acting, and begins anew when its id does. */
export class DomainLives {
  /** By log: the domain of its events that name none. */
  readonly defaults: readonly number[];
  private readonly machine: Machine;
  private readonly setup: ReplaySetup;
  private readonly run: RunFacts;
  private readonly onEnd: (domain: Domain) => void;
  /** Domains that were destroyed and have not acted since. */
  private readonly destroyed = new Set<number>();
  private readonly acted = new Set<number>();
  private lastActing = -1;

  /** @param onEnd A life is over: what was known of it is no longer so. */
  constructor(machine: Machine, setup: ReplaySetup, run: RunFacts, onEnd: (domain: Domain) => void) {
    this.machine = machine;
    this.setup = setup;
    this.run = run;
    this.onEnd = onEnd;
    this.defaults = setup.sources.map(({ domid }) => domid ?? run.defaultDomid);
  }

  /** Makes the domains that the specification lists. */
  start(): void {
    for (const spec of specsOf(this.setup).slice(0, DOMAINS_MAX)) this.of(spec.domid);
  }

  /** The state of a domain. */
  of(domid: number): Domain {
    if (this.destroyed.size > 0 && this.destroyed.has(domid)) this.restart(domid, false);
    let domain = this.machine.domains.get(domid);
    if (domain === undefined) {
      const kept = this.machine.domains.size < DOMAINS_MAX;
      const leaves = kept ? this.machine.leaves : new LeafPool(P2M_LEAVES_MAX);
      domain = startDomain(this.setup, domid, this.run, leaves);
      if (kept) this.machine.domains.set(domid, domain);
    }
    return domain;
  }

  /** The domain that an event of a batch is of. */
  domidOf(batch: EventBatch, row: number): number {
    const domid = batch.domid[row];
    return domid < 0 ? this.defaults[batch.source[row]] : domid;
  }

  /** Notes that a domain did something besides calls. */
  noteActing(domid: number): void {
    if (domid !== this.lastActing) this.acted.add(domid);
    this.lastActing = domid;
  }

  hasActed(domid: number): boolean {
    return this.acted.has(domid);
  }

  /** Whether a destroyed domain may begin anew with its next event. */
  get hasDestroyed(): boolean {
    return this.destroyed.size > 0;
  }

  /**
   * A destroyed domain takes all with it: who has its id afterwards begins anew. "boot" is another kernel in the same life.
   * `mode`: how a new domain is mapped, unless the specification says; undefined: not known.
   */
  changed(domid: number, what: number, mode: Mode | undefined): void {
    if (what === DomainChange.destroy) this.destroyed.add(domid);
    else if (what === DomainChange.create) this.restart(domid, true, mode);
  }

  /** A new life of a domain's id. `seen`: the log holds every call from its beginning on. */
  private restart(domid: number, seen: boolean, mode?: Mode): void {
    this.destroyed.delete(domid);
    const { machine, setup } = this;
    const old = machine.domains.get(domid);
    if (old !== undefined) {
      this.onEnd(old);
      old.p2m.forget();
    } else if (mode === undefined || machine.domains.size >= DOMAINS_MAX) return;
    machine.domains.set(
      domid,
      startDomain(setup, domid, { ...this.run, fromBoot: seen }, machine.leaves, mode),
    );
  }
}
