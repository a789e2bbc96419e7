import { DMA_DEVICES_MAX } from "../limits.ts";
import { dmaOffset, offsetReport } from "../rules/guest/dma-offset.ts";
import { dmaWrongFrame } from "../rules/guest/dma-wrong-frame.ts";
import type { Report } from "../rules/kinds/rule.ts";
import type { DmaPage } from "../state/dma-page.ts";
import { FrameKind } from "../state/frame-kind.ts";
import type { ReplayHost } from "./replay-host.ts";

/** Device names of one run are fewer. */
const DEVICES = 2 ** 32;

/** What is held back of one device until it is clear whether all its addresses are off by the same. */
interface Held {
  /** Index of the device's name. */
  readonly dev: number;
  /** Machine frame less bus frame. */
  readonly offset: number;
  /** Of the first page. */
  readonly first: Report;
  readonly firstEvent: number;
  /** False: a log that began late can not judge any of the pages. */
  judged: boolean;
  /** Pages of the first DMA, and of all. */
  firstPages: number;
  pages: number;
  /** DMAs, each of another gfn than the first page's. */
  events: number;
  lastEvent: number;
}

/** DMAs that make a distance common, and where the pages may be grants from before the log. */
const COMMON = 2;
const COMMON_IF_LATE = 4;

/**
 * A device whose every DMA is off by the same distance is no guest fault but a board whose devices count from elsewhere:
 * one finding with the distance stands for them. A single wrong frame, or a device that is right once, stays as it is.
 */
export class DmaOffsets {
  private readonly host: ReplayHost;
  private readonly held = new Map<number, Held>();
  /** Devices of which one DMA was right, or two were off by different distances. */
  private readonly plain = new Set<number>();

  constructor(host: ReplayHost) {
    this.host = host;
  }

  /** A page that is right: the device counts as the CPU does. */
  right(page: DmaPage): void {
    if (page.kind !== FrameKind.own || page.busMfn !== page.mfn || Number.isNaN(page.mfn)) return;
    if (this.held.size === 0 && this.plain.size >= DMA_DEVICES_MAX) return;
    const key = keyOf(page);
    if (this.plain.has(key)) return;
    this.plain.add(key);
    this.release(key, false);
  }

  /** Whether the device is known to count as the CPU does, or in no common way. */
  isPlain(domid: number, dev: number): boolean {
    return this.plain.has(domid * DEVICES + dev);
  }

  /** A page that a log which began late cannot judge: the frame may be that of an older grant. */
  perhaps(page: DmaPage): void {
    if (page.assumed && page.busMfn !== page.mfn && page.domain.owns(page.busMfn) === false)
      this.holds(page, undefined);
  }

  /** A page with a wrong frame; true where its report is held back. Without a report it counts for a common distance only. */
  holds(page: DmaPage, report: Report | undefined): boolean {
    if (page.kind !== FrameKind.own || page.flush || Number.isNaN(page.mfn + page.busMfn)) return false;
    const key = keyOf(page);
    if (this.plain.has(key)) return false;
    const offset = page.mfn - page.busMfn;
    const held = this.held.get(key);
    if (held === undefined) {
      if (this.held.size >= DMA_DEVICES_MAX) return false;
      const bare = {
        domain: page.domain,
        gfn: page.gfn,
        busMfn: page.busMfn,
        expectedMfn: page.mfn,
        message: "",
      };
      const first = { ...(report ?? bare), at: this.host.here() };
      this.held.set(key, {
        dev: page.dev,
        offset,
        first,
        firstEvent: page.event,
        judged: report !== undefined,
        firstPages: 1,
        pages: 1,
        events: 1,
        lastEvent: page.event,
      });
      return true;
    }
    if (held.offset === offset) {
      held.pages++;
      if (page.event === held.firstEvent) held.firstPages++;
      else if (page.event !== held.lastEvent && page.gfn !== held.first.gfn) held.events++;
      held.lastEvent = page.event;
      if (report !== undefined) held.judged = true;
      return true;
    }
    this.plain.add(key);
    this.release(key, false);
    return false;
  }

  /** The log has ended. */
  end(): void {
    for (const key of [...this.held.keys()]) this.release(key, true);
  }

  /** `throughout`: no DMA of the device was right, or off by another distance. */
  private release(key: number, throughout: boolean): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    this.held.delete(key);
    const common = held.events >= (held.judged ? COMMON : COMMON_IF_LATE);
    if (throughout && common) {
      const device = this.host.text(held.dev);
      const report = offsetReport(held.first, device, held.offset, held.pages, held.lastEvent);
      this.host.report(dmaOffset, report);
    } else if (held.judged) this.host.report(dmaWrongFrame, { ...held.first, count: held.firstPages });
  }
}

function keyOf(page: DmaPage): number {
  return page.domain.domid * DEVICES + page.dev;
}
