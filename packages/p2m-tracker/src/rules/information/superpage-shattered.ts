import { counted } from "@xgt/findings";
import { fieldIndex } from "@xgt/hypercall-log";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { decrease, exampleLog, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";
import { everywhere } from "../watch/stretch-between.ts";

const ORDER = fieldIndex(shapeNamed("decrease_reservation").in, "extent_order");
const DECREASE = shapeNamed("decrease_reservation").subOp;
/** Order and frames of a 2 MiB block. */
const BLOCK_ORDER = 9;
const BLOCK = 1 << BLOCK_ORDER;
const EXTENTS = 0;

/** Whether the change takes away a whole aligned block, which leaves no page table behind. */
function takesWholeBlock(change: Change): boolean {
  const call = change.call;
  if (call === undefined || call.nr !== DECREASE.nr || call.cmd !== DECREASE.cmd) return false;
  return call.in.u64(0, ORDER) >= BLOCK_ORDER && call.in.listAt(EXTENTS, change.item) % BLOCK === 0;
}

/** Whether a bank holds the whole block, so that Xen can have mapped it in one entry. */
function isBlockOfRam(domain: Domain, block: number): boolean {
  const first = block * BLOCK;
  return (domain.ram ?? []).some((bank) => first >= bank.gfn && first + BLOCK <= bank.gfn + bank.count);
}

/** 4 KiB changes inside 2 MiB blocks of own RAM. */
export const superpageShattered: Rule = {
  id: "I02",
  name: "superpage-shattered",
  severity: "info",
  what: "Own RAM leaves the map in whole, aligned 2 MiB blocks.",
  why: "The first 4 KiB change in a block costs a page of the domain's p2m pool and slower translation, for good: single pages do not join again. An exhausted pool makes every later change fail in silence.",
  fix: "Take pages for mappings from extended regions or from few blocks; give the domain a larger pool (xen,domain-p2m-mem-mb).",
  source: "Xen arch/arm/mmu/p2m.c:p2m_set_entry,p2m_split_superpage,p2m_alloc_page@master",
  needs: ["ram"],
  passing: exampleLog(decrease([RAM], 1, { extent_order: BLOCK_ORDER })),
  failing: exampleLog(decrease([RAM + 1])),
  watch(host) {
    const tally = new EventTally();
    const shattered = new Map<number, Set<number>>();
    let lastBlock = -1;
    let lastDomid = -1;
    const touch = (change: Change): void => {
      const domid = change.domain.domid;
      const block = Math.floor(change.gfn / BLOCK);
      if (block === lastBlock && domid === lastDomid) return;
      lastBlock = block;
      lastDomid = domid;
      const blocks = shattered.get(domid) ?? new Set<number>();
      if (blocks.has(block) || takesWholeBlock(change) || !isBlockOfRam(change.domain, block)) return;
      shattered.set(domid, blocks.add(block));
      tally.add(domid, change.domain, host.machine.event, change.gfn);
    };
    return {
      changes: {
        from: [FrameKind.own],
        to: [
          FrameKind.hole,
          FrameKind.grant,
          FrameKind.foreign,
          FrameKind.xen,
          FrameKind.mmio,
          FrameKind.identity,
        ],
      },
      // A run lies in one block.
      runs: { stretch: everywhere, may: () => true, add: touch },
      change: touch,
      end: () =>
        tally.report(
          host,
          superpageShattered,
          (row) =>
            `${counted(row.count, "block")} of 2 MiB of own RAM ${row.count === 1 ? "was" : "were"} broken up by 4 KiB changes, first for ${firstSeen(row)}`,
        ),
    };
  },
};
