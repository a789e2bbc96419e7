import { PAGE_SIZE } from "@xgt/hypercall-abi";
import { DmaView, type EventBatch } from "@xgt/hypercall-log";
import { DMA_EVENT_PAGES_MAX, SMALL_SEGMENT_PAGES } from "../limits.ts";
import { lastFrame } from "../state/dma-table.ts";
import type { Domain } from "../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../state/frame-kind.ts";
import type { StraightCounts } from "./straight-counts.ts";
import type { Passing } from "./straight-guards.ts";
import type { StraightHost } from "./straight-host.ts";

/** Bus addresses from here on name grant refs. */
const GRANT_ADDRESS = 2 ** 63;
/** Of a page: the device gets another frame than the one behind its gfn, or that cannot be told. */
const WRONG = -1;
/** Bits of what a page that is right asks for. */
const Asks = {
  /** A device whose DMA was right before. */
  plain: 1,
  /** A device that may get gfns for addresses. */
  device: 2,
  /** That the report counts it: nothing is known of the gfn. */
  count: 4,
} as const;

/** DMA that is right: each bus frame is the frame behind its gfn. Unmaps change nothing that a rule sees. */
export class StraightDma {
  private readonly host: StraightHost;
  private readonly counts: StraightCounts;
  private readonly view = new DmaView();
  /** The device that was asked for last, and which of `Asks` it may do. */
  private domain: Domain | undefined;
  private dev = -1;
  private may = 0;
  /** Of the event at hand: what its pages ask for, and those of them that nothing is known of. */
  private asked = 0;
  private unknownPages = 0;

  constructor(host: StraightHost, counts: StraightCounts) {
    this.host = host;
    this.counts = counts;
  }

  /** Which of `Asks` the device that was asked for last may do. */
  get mayOfLast(): number {
    return this.may;
  }

  take(batch: EventBatch, row: number, domain: Domain, passing: Passing): boolean {
    const { view } = this;
    if (view.loadSingle(batch, row)) {
      if (view.isUnmap) this.unmapSingle(view);
      else if (!passing.kinds.dmaPage || domain.iommu === true || !this.mapSingle(domain, view)) return false;
    } else {
      view.load(batch, row);
      if (view.isUnmap) this.unmap(view);
      else if (!passing.kinds.dmaPage || domain.iommu === true || !this.mapAll(domain, view)) return false;
    }
    this.counts.dmas++;
    return true;
  }

  /** One segment, nearly always within a page. */
  private mapSingle(domain: Domain, view: DmaView): boolean {
    const { onlyPhys: phys, onlyBus: bus, onlySize: size } = view;
    const gfn = Math.floor(phys / PAGE_SIZE);
    const pages = lastFrame(phys, size) - gfn + 1;
    // What was not recorded is NaN.
    if (!(size > 0 && bus < GRANT_ADDRESS && pages <= SMALL_SEGMENT_PAGES)) return false;
    this.asked = 0;
    this.unknownPages = 0;
    if (
      !this.arePagesRight(domain, gfn, Math.floor(bus / PAGE_SIZE), pages) ||
      !this.mayPass(domain, view.dev)
    )
      return false;
    const { table, machine } = this.host;
    table.map(domain.domid, view.dev, phys, bus, size, view.direction, ++machine.event);
    this.counts.unknownPages += this.unknownPages;
    return true;
  }

  private unmapSingle(view: DmaView): void {
    this.host.machine.event++;
    this.host.table.unmap(view.dev, view.onlyPhys, view.onlyBus);
  }

  private mapAll(domain: Domain, view: DmaView): boolean {
    if (!this.areRight(domain, view) || !this.mayPass(domain, view.dev)) return false;
    this.map(domain, view);
    return true;
  }

  private areRight(domain: Domain, view: DmaView): boolean {
    this.asked = 0;
    this.unknownPages = 0;
    let looked = 0;
    for (let segment = 0; segment < view.segments; segment++) {
      const phys = view.phys(segment);
      const bus = view.bus(segment);
      const size = view.size(segment);
      const gfn = Math.floor(phys / PAGE_SIZE);
      const pages = lastFrame(phys, size) - gfn + 1;
      // What was not recorded is NaN.
      if (!(size > 0 && bus < GRANT_ADDRESS && pages <= SMALL_SEGMENT_PAGES)) return false;
      looked += pages;
      if (looked > DMA_EVENT_PAGES_MAX) return false;
      if (!this.arePagesRight(domain, gfn, Math.floor(bus / PAGE_SIZE), pages)) return false;
    }
    return true;
  }

  /** Whether the pages from a gfn on are right; what they ask for is added up. */
  private arePagesRight(domain: Domain, gfn: number, busFrame: number, pages: number): boolean {
    for (let i = 0; i < pages; i++) {
      const asks = look(domain, gfn + i, busFrame + i);
      if (asks === WRONG) return false;
      this.asked |= asks;
      if ((asks & Asks.count) !== 0) this.unknownPages++;
    }
    return true;
  }

  private mayPass(domain: Domain, dev: number): boolean {
    if (domain !== this.domain || dev !== this.dev) {
      if (this.host.isListed(domain, dev)) return false;
      this.domain = domain;
      this.dev = dev;
      this.may = 0;
    }
    const missing = this.asked & (Asks.plain | Asks.device) & ~this.may;
    if (missing === 0) return true;
    if ((missing & Asks.plain) !== 0 && !this.host.isPlain(domain, dev)) return false;
    if ((missing & Asks.device) !== 0 && !this.host.guards.device(domain, dev)) return false;
    this.may |= missing;
    return true;
  }

  private map(domain: Domain, view: DmaView): void {
    const { table, machine } = this.host;
    const event = ++machine.event;
    const { dev, direction } = view;
    for (let segment = 0; segment < view.segments; segment++)
      table.map(
        domain.domid,
        dev,
        view.phys(segment),
        view.bus(segment),
        view.size(segment),
        direction,
        event,
      );
    this.counts.unknownPages += this.unknownPages;
  }

  private unmap(view: DmaView): void {
    this.host.machine.event++;
    for (let segment = 0; segment < view.segments; segment++)
      this.host.table.unmap(view.dev, view.phys(segment), view.bus(segment));
  }
}

/** What a page asks for, a bit set of `Asks`; WRONG. */
function look(domain: Domain, gfn: number, busFrame: number): number {
  const { frames, p2m, guestP2m } = domain;
  const entry = frames.find(gfn);
  const stored = entry < 0 ? 0 : frames.kinds[entry];
  if (stored === FrameKind.grant) {
    if (frames.mfns.get(entry) !== busFrame) return WRONG;
    if (guestP2m.events === 0) return 0;
    if (guestP2m.outside > 0) return WRONG;
    const believed = guestP2m.isAt(entry) ? frames.guestMfns.get(entry) : gfn;
    return believed === busFrame ? 0 : WRONG;
  }
  const kind = stored === 0 ? p2m.defaultOf(gfn) : stored;
  const device = busFrame === gfn && !domain.directMapped ? Asks.device : 0;
  if (kind === FrameKind.unknown) return Asks.count | device;
  if (kind !== FrameKind.own) return WRONG;
  const mfn = p2m.mfnAt(gfn);
  if (mfn !== NOT_KNOWN) return mfn === busFrame ? Asks.plain | device : WRONG;
  return p2m.goneMfnAt(gfn) === busFrame ? WRONG : device;
}
