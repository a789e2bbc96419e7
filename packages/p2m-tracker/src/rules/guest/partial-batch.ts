import { counted } from "@xgt/findings";
import { Errno } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { address, call, EXTENDED, exampleLog, PEER_FRAME, unmap } from "../kinds/example.ts";
import type { Rule, RuleHooks, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";

import { FrameMarks } from "../watch/frame-marks.ts";
import { frameOf, mapFields, unmapSubOps } from "../watch/grant-op-fields.ts";
import { batchGfn, removedGfn, targetDomain } from "../watch/physmap-fields.ts";

const acquire = shapeNamed("acquire_resource").in;
const NR_FRAMES = fieldIndex(acquire, "nr_frames");
const FRAME_LIST = 0;
const ACQUIRE = "acquire_resource";
const MAP = "map_grant_ref";
const REMOVE = "remove_from_physmap";

const FIX_OF_MAPS =
  "Unmap what the batch had mapped, or use it knowingly. Keep the argument readable and writable for Xen; set every status to a positive value beforehand, which tells those that Xen never wrote.";
const FIX_OF_UNMAPS =
  "After a negative return look at every status: those that Xen wrote are done, the rest is still mapped. Set them to a positive value beforehand.";
const FIX_OF_PLACEMENTS = "Call remove_from_physmap for every gfn of the batch whose errs entry is 0.";
const FIX_OF_RESOURCES =
  "Call remove_from_physmap for every gfn of frame_list: those that hold nothing answer -ENOENT, which does no harm.";

function fixOf(name: string): string {
  if (name === ACQUIRE) return FIX_OF_RESOURCES;
  if (name === MAP) return FIX_OF_MAPS;
  return unmapSubOps.includes(name) ? FIX_OF_UNMAPS : FIX_OF_PLACEMENTS;
}

/** A map of two ops whose second element Xen could not read; `done` first ones were carried out. */
function faultingMap(done: number): object[] {
  const ops = [0, 1].map((i) => ({ host_addr: address(EXTENDED + i), flags: 2, ref: 8 + i, dom: 1 }));
  const result = { status: 0, handle: 1, dev_bus_addr: address(PEER_FRAME) };
  return call(20, 0, { count: 2, ops }, { ret: Errno.EFAULT, ops: done === 0 ? [{}, {}] : [result, {}] });
}

/** What failed batches left mapped, each gfn until it changes. */
class PartialBatches {
  private readonly host: RuleHost;
  /** Surely mapped, and perhaps: the answer does not say how far the call got. */
  private readonly sure = new FrameMarks();
  private readonly perhaps = new FrameMarks();
  /** Fix by the event of the call; a log has few such calls. */
  private readonly fixes = new Map<number, string>();

  constructor(host: RuleHost) {
    this.host = host;
  }

  get size(): number {
    return this.sure.size + this.perhaps.size;
  }

  failed(batch: Call, domain: Domain): void {
    if (batch.name === ACQUIRE) this.failedResource(batch, domain);
    else this.failedBatch(batch, domain);
  }

  /** The guest removes what the call may have mapped; where nothing was, that is refused. */
  removed(domain: Domain, gfn: number): void {
    this.sure.unmark(domain, gfn);
    this.perhaps.unmark(domain, gfn);
  }

  used(domain: Domain, gfn: number, what: string): void {
    const sure = this.sure.at(domain, gfn);
    const event = sure > 0 ? sure : this.perhaps.at(domain, gfn);
    if (event === 0) return;
    this.removed(domain, gfn);
    this.report(domain, gfn, event, sure > 0, `${what} of a batch that failed at event ${event}`);
  }

  /** Something is mapped over a gfn of which nobody knows whether the batch mapped it. */
  covered(domain: Domain, gfn: number, event: number, name: string): void {
    this.report(
      domain,
      gfn,
      event,
      false,
      `${name} maps over what may be left of a batch that failed at event ${event}`,
    );
  }

  perhapsUntil(change: Parameters<FrameMarks["until"]>[0]): number {
    return this.perhaps.until(change);
  }

  forget(domain: Domain): void {
    this.sure.forget(domain);
    this.perhaps.forget(domain);
  }

  end(): void {
    for (const domain of this.host.machine.domains.values()) {
      this.sure.forEach(domain, (gfn, event) =>
        this.report(
          domain,
          gfn,
          event,
          true,
          `what a batch had mapped before it failed at event ${event} is never undone`,
        ),
      );
      this.perhaps.forEach(domain, (gfn, event) =>
        this.report(
          domain,
          gfn,
          event,
          false,
          `what a batch may have mapped before it failed at event ${event} is never undone`,
        ),
      );
    }
  }

  private report(domain: Domain, gfn: number, event: number, certain: boolean, message: string): void {
    this.host.report(partialBatch, {
      domain,
      gfn,
      certain,
      uncertain: ["answer"],
      message,
      fix: this.fixes.get(event) ?? partialBatch.fix,
      ...causedBy(event, "the batch failed half way"),
    });
  }

  private failedBatch(batch: Call, domain: Domain): void {
    let done = 0;
    const isMap = batch.name === MAP;
    const placement = batch.shape?.subOp.argument !== "rows";
    for (let item = batch.start; item < batch.items; item++) {
      if (batch.item(item) !== 0) continue;
      done++;
      const gfn = isMap ? frameOf(batch.in.u64(item, mapFields.hostAddr)) : batchGfn(batch, item);
      if ((isMap || placement) && !Number.isNaN(gfn)) this.sure.mark(domain, gfn, this.host.machine.event);
    }
    if (done > 0) {
      const total = placement ? batch.items : batch.in.count;
      this.tell(batch, domain, `${done} of its ${counted(total, "op")} had been carried out before`);
    } else if (batch.retEquals(Errno.EFAULT) && batch.items > 0 && !wroteResults(batch))
      this.host.indeterminate(partialBatch, "a batch failed half way and the log does not hold its results");
  }

  /**
   * -EIO: the first item of the chunk of 32 that failed is mapped, and with it all chunks before. Another errno is that
   * of a chunk's first item: chunks before it are mapped, if there are any.
   */
  private failedResource(batch: Call, domain: Domain): void {
    const { event } = this.host.machine;
    const frames = Math.min(batch.in.u64(0, NR_FRAMES), batch.in.listLength(FRAME_LIST));
    let found = 0;
    for (let item = batch.start; item < frames; item++) {
      const gfn = batch.in.listAt(FRAME_LIST, item);
      if (domain.p2m.eventAt(gfn) !== event) continue;
      const kind = domain.p2m.kindOf(gfn);
      if (kind === FrameKind.foreign) this.sure.mark(domain, gfn, event);
      else if (kind === FrameKind.unknown) this.perhaps.mark(domain, gfn, event);
      else continue;
      found++;
    }
    if (found === 0) return;
    const some = batch.retEquals(Errno.EIO) ? "some" : "some, perhaps,";
    this.tell(batch, domain, `${some} of its ${frames} frames stay mapped`);
  }

  private tell(batch: Call, domain: Domain, what: string): void {
    const fix = fixOf(batch.name);
    this.fixes.set(this.host.machine.event, fix);
    this.host.report(partialBatch, {
      domain,
      severity: "info",
      message: `${batch.name} returned ${batch.ret}, but ${what}`,
      fix,
    });
  }
}

/** Whether the recorder kept any result of the items, so that an absent one was not written. */
function wroteResults(failed: Call): boolean {
  return failed.out.rows > 0 || failed.out.listLength(0) > 0;
}

function watch(host: RuleHost): RuleHooks {
  const batches = new PartialBatches(host);
  return {
    straight: {
      passes: {
        mapCall: always,
        unmapCall: always,
        grantMade: () => batches.size === 0,
        dmaPage: () => batches.size === 0,
      },
    },
    subOps: [MAP, ...unmapSubOps, "add_to_physmap_batch", ACQUIRE, REMOVE],
    after(call) {
      const domain = targetDomain(call, host.machine);
      if (domain === undefined) return;
      if (call.name === REMOVE) {
        if (batches.size > 0) batches.removed(domain, removedGfn(call));
      } else if (call.ret < 0) batches.failed(call, domain);
    },
    changes: {
      from: [FrameKind.unknown],
      to: [FrameKind.grant, FrameKind.foreign, FrameKind.xen, FrameKind.mmio],
    },
    change(change) {
      if (batches.size === 0) return;
      const event = batches.perhapsUntil(change);
      if (event > 0 && event < host.machine.event)
        batches.covered(change.domain, change.gfn, event, change.call?.name ?? "a call");
    },
    dma(page) {
      if (batches.size > 0 && !page.flush) batches.used(page.domain, page.gfn, "a DMA uses a page");
    },
    forgotten: (domain) => batches.forget(domain),
    end: () => batches.end(),
  };
}

/** A batch that failed half way is taken for one that did nothing. */
export const partialBatch: Rule = {
  id: "G43",
  name: "partial-batch",
  severity: "error",
  what: "What a batch had done before it failed is undone: nothing of it is used, covered, or left for ever.",
  why: "A negative return speaks of one element: what came before it is done. A guest that takes the whole for failed leaks the handles and mappings (Linux's gnttab_unmap_refs then clears nothing of its table).",
  fix: FIX_OF_MAPS,
  source:
    "Xen common/grant_table.c:gnttab_map_grant_ref,gnttab_unmap_grant_ref@master, common/memory.c:xenmem_add_to_physmap_batch,acquire_resource@master; Linux drivers/xen/grant-table.c:gnttab_unmap_refs@6.1",
  needs: [],
  passing: exampleLog(faultingMap(0)),
  failing: exampleLog(faultingMap(1)),
  repaired: exampleLog(faultingMap(1), unmap(EXTENDED)),
  watch,
};
