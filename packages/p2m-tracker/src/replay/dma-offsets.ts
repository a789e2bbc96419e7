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
  /** Machine frame less bus frame. */
  readonly offset: number;
  readonly first: Report;
  pages: number;
  /** Whether the pages are of one gfn only, as a DMA that is done again and again. */
  oneGfn: boolean;
  lastEvent: number;
}

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
    this.release(key);
  }

  /** A page with a wrong frame; true where its report is held back. */
  holds(page: DmaPage, report: Report): boolean {
    if (page.kind !== FrameKind.own || page.flush) return false;
    const key = keyOf(page);
    if (this.plain.has(key)) return false;
    const offset = page.mfn - page.busMfn;
    const held = this.held.get(key);
    if (held === undefined) {
      if (this.held.size >= DMA_DEVICES_MAX) return false;
      const first = { ...report, at: this.host.here() };
      this.held.set(key, { offset, first, pages: 1, oneGfn: true, lastEvent: page.event });
      return true;
    }
    if (held.offset === offset) {
      held.pages++;
      held.lastEvent = page.event;
      if (page.gfn !== held.first.gfn) held.oneGfn = false;
      return true;
    }
    this.plain.add(key);
    this.release(key);
    return false;
  }

  /** The log has ended. */
  end(): void {
    for (const key of [...this.held.keys()]) this.release(key);
  }

  private release(key: number): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    this.held.delete(key);
    if (held.oneGfn) this.host.report(dmaWrongFrame, held.first);
    else this.host.report(dmaOffset, offsetReport(held.first, held.offset, held.pages, held.lastEvent));
  }
}

function keyOf(page: DmaPage): number {
  return page.domain.domid * DEVICES + page.dev;
}
