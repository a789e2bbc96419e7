import { PAGE_SHIFT, PAGE_SIZE } from "@xgt/hypercall-abi";
import { type DeviceSpec, DmaView, type EventBatch, type StringTable } from "@xgt/hypercall-log";
import {
  DMA_EVENT_PAGES_MAX,
  LARGE_SEGMENT_PAGES_MAX,
  SEGMENT_PAGES_MAX,
  SMALL_SEGMENT_PAGES,
} from "../limits.ts";
import type { DmaPage } from "../state/dma-page.ts";
import { DmaTable, lastFrame } from "../state/dma-table.ts";
import type { Domain } from "../state/domain.ts";
import { FrameBudget } from "../state/frame-budget.ts";
import { FrameKind, NOT_KNOWN } from "../state/frame-kind.ts";
import type { Change } from "../state/machine.ts";
import { DeviceTable } from "./device-table.ts";

/** Bus addresses from here on name grant refs. */
const GRANT_ADDRESS = 2 ** 63;

/** A device of which the specification says something gets `size` bytes from `bus` on, an address as the device sees it. */
type AddressHook = (domain: Domain, device: DeviceSpec, gfn: number, bus: number, size: number) => void;

/** Turns DMA events into pages against the p2m, and keeps what devices may access now. */
export class DmaTracker {
  readonly table = new DmaTable();
  /** Pages of segments that were not looked at: too large, or too many large ones. */
  pagesNotSeen = 0;
  private readonly budget = new FrameBudget(LARGE_SEGMENT_PAGES_MAX, SMALL_SEGMENT_PAGES);
  private readonly view = new DmaView();
  private readonly devices: DeviceTable;
  private readonly fromBoot: boolean;
  /** The page under way; made with the first domain that has a DMA. */
  private page: DmaPage | undefined;
  private readonly onPage: (page: DmaPage) => void;
  private readonly onAddress: AddressHook;
  /** Pages of the event under way that may still be looked at. */
  private left = 0;

  constructor(
    fromBoot: boolean,
    strings: StringTable,
    onPage: (page: DmaPage) => void,
    onAddress: AddressHook,
  ) {
    this.fromBoot = fromBoot;
    this.devices = new DeviceTable(strings);
    this.onPage = onPage;
    this.onAddress = onAddress;
  }

  /** One dma event of a batch. */
  event(batch: EventBatch, row: number, domain: Domain, event: number): void {
    const { view } = this;
    view.load(batch, row);
    const { dev, direction } = view;
    const device = this.devices.of(domain, dev);
    this.left = DMA_EVENT_PAGES_MAX;
    for (let segment = 0; segment < view.segments; segment++) {
      const phys = view.phys(segment);
      const bus = view.bus(segment);
      if (view.isUnmap) this.table.unmap(dev, phys, bus);
      else {
        const seen = this.seenSize(phys, view.size(segment));
        if (seen < 0) continue;
        const ref = grantRefAt(view, segment);
        if (device?.dmaBits !== undefined && ref < 0 && !Number.isNaN(bus))
          this.onAddress(domain, device, Math.floor(phys / PAGE_SIZE), bus, view.size(segment));
        this.judgeSegment(domain, dev, phys, ref < 0 ? bus : Number.NaN, seen, direction, event, ref);
        this.table.map(domain.domid, dev, phys, bus, seen, direction, event);
      }
    }
  }

  /** Whether the specification says anything of a device. */
  isListed(domain: Domain, dev: number): boolean {
    return this.devices.of(domain, dev) !== undefined;
  }

  /** A cache_flush of a machine address, and whether Xen refused it. */
  flush(domain: Domain, busMfn: number, event: number, refused: boolean): void {
    const page = this.pageOf(domain);
    page.flush = true;
    page.refused = refused;
    page.index = 0;
    page.pages = 1;
    page.direction = 0;
    page.dev = -1;
    page.event = event;
    page.grantRef = -1;
    this.look(domain, busMfn, busMfn, undefined);
    this.onPage(page);
  }

  /** A gfn changes while devices may access it: each such page is judged again. */
  change(change: Change, domain: Domain): void {
    if (this.table.active === 0) return;
    this.table.forEachAt(change.gfn, (slot) => {
      if (this.table.domid[slot] !== domain.domid) return;
      const page = this.pageOf(domain);
      const first = Math.floor(this.table.phys[slot] / PAGE_SIZE);
      page.flush = false;
      page.index = change.gfn - first;
      page.pages = lastFrame(this.table.phys[slot], this.table.size[slot]) - first + 1;
      page.direction = this.table.direction[slot];
      page.dev = this.table.dev[slot];
      page.event = this.table.event[slot];
      const bus = this.table.bus[slot];
      const frame = bus >= GRANT_ADDRESS ? Number.NaN : Math.floor(bus / PAGE_SIZE) + page.index;
      page.grantRef = -1;
      this.look(domain, change.gfn, frame, this.devices.of(domain, page.dev));
      // The page was right or already reported: only what this change makes wrong counts.
      this.onPage(page);
    });
  }

  private pageOf(domain: Domain): DmaPage {
    this.page ??= {
      domain,
      gfn: Number.NaN,
      busMfn: Number.NaN,
      grantRef: -1,
      iommu: undefined,
      direction: 0,
      dev: -1,
      event: 0,
      index: 0,
      pages: 1,
      kind: FrameKind.unknown,
      mfn: Number.NaN,
      assumed: false,
      flush: false,
      refused: false,
    };
    return this.page;
  }

  /** Bytes of a segment that are looked at; -1: none, though it has some. */
  private seenSize(phys: number, size: number): number {
    if (Number.isNaN(phys) || Number.isNaN(size) || size <= 0) return size;
    const first = Math.floor(phys / PAGE_SIZE);
    const pages = Math.floor((phys + size - 1) / PAGE_SIZE) - first + 1;
    const seen = Math.min(this.budget.take(Math.min(pages, SEGMENT_PAGES_MAX)), this.left);
    this.left -= seen;
    this.pagesNotSeen += pages - seen;
    if (seen === 0) return -1;
    return seen === pages ? size : (first + seen) * PAGE_SIZE - phys;
  }

  private judgeSegment(
    domain: Domain,
    dev: number,
    phys: number,
    bus: number,
    size: number,
    direction: number,
    event: number,
    ref: number,
  ): void {
    if (Number.isNaN(phys)) return;
    const page = this.pageOf(domain);
    const device = this.devices.of(domain, dev);
    const first = Math.floor(phys / PAGE_SIZE);
    const last = lastFrame(phys, size);
    const firstBus = Math.floor(bus / PAGE_SIZE);
    page.flush = false;
    page.direction = direction;
    page.dev = dev;
    page.event = event;
    page.pages = last - first + 1;
    for (let gfn = first; gfn <= last; gfn++) {
      page.index = gfn - first;
      page.grantRef = ref < 0 ? -1 : ref + page.index;
      this.look(domain, gfn, firstBus + page.index, device);
      this.onPage(page);
    }
  }

  /** Fills in what the p2m holds. */
  private look(domain: Domain, gfn: number, busFrame: number, device: DeviceSpec | undefined): void {
    const page = this.pageOf(domain);
    const p2m = domain.p2m;
    page.domain = domain;
    page.gfn = gfn;
    page.iommu = device?.iommu ?? domain.iommu;
    const busMfn = Math.floor(busFrame + (device?.dmaOffset ?? 0) / PAGE_SIZE);
    page.busMfn = page.iommu === true ? translated(domain, busMfn) : busMfn;
    page.kind = p2m.kindOf(gfn);
    page.assumed = !this.fromBoot && p2m.eventAt(gfn) === 0;
    const mfn = p2m.mfnAt(gfn);
    page.mfn = mfn === NOT_KNOWN || page.kind === FrameKind.hole ? Number.NaN : mfn;
  }
}

/**
 * First grant ref of a bus address that xen-grant-dma made: bit 63, the ref above the page offset, one ref a page
 * (drivers/xen/grant-dma-ops.c:grant_to_dma@6.1); -1: it is another address. Read from the words: such numbers are beyond 2^53.
 */
function grantRefAt(view: DmaView, segment: number): number {
  const at = view.busAt(segment);
  if (at < 0 || view.words[at + 1] >= 0) return -1;
  return (view.words[at + 1] & 0x7fffffff) * 2 ** (32 - PAGE_SHIFT) + (view.words[at] >>> PAGE_SHIFT);
}

/** Behind an IOMMU that shares the stage-2 tables a bus address is a guest address: the frame that it leads to. */
function translated(domain: Domain, busFrame: number): number {
  const mfn = domain.p2m.mfnAt(busFrame);
  return mfn === NOT_KNOWN ? Number.NaN : mfn;
}
