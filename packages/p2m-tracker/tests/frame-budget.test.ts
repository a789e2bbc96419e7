import { DOMID_SELF } from "@xgt/hypercall-abi";
import { describe, expect, test } from "vitest";
import {
  CALL_FRAMES_MAX,
  CALL_OPS_MAX,
  DMA_EVENT_PAGES_MAX,
  LARGE_EXTENT_FRAMES_MAX,
  P2M_LEAVES_MAX,
  SEGMENT_PAGES_MAX,
} from "../src/limits.ts";
import { call, decrease, exampleLog, frame, populate, RAM } from "../src/rules/kinds/example.ts";
import { FrameBudget } from "../src/state/frame-budget.ts";
import { replayText } from "./replay-text.ts";

/** Foreign maps at these gfns, in one batch. */
function placeForeign(gfns: readonly number[], caller = 0): object[] {
  const idxs = gfns.map(() => "0x40000");
  const args = {
    domid: DOMID_SELF,
    space: 4,
    size: gfns.length,
    foreign_domid: 1,
    idxs,
    gpfns: gfns.map(frame),
  };
  return call(12, 23, args, { ret: 0, errs: gfns.map(() => 0) }, { domid: caller });
}

describe("FrameBudget", () => {
  test("gives small items for nothing and large ones until the sum is spent", () => {
    const budget = new FrameBudget(100, 4);
    expect([4, 64, 1, 64, 64, 4, Number.NaN].map((frames) => budget.take(frames))).toEqual([
      4,
      64,
      1,
      44,
      4,
      4,
      Number.NaN,
    ]);
  });
});

/** gfns of one call, each in a leaf of its own. */
const perCall = 4096;

describe("a log that names absurdly much", () => {
  test("more frames in large extents than are followed make all unknown, small ones go on", async () => {
    const large = { extent_order: 13 };
    const pair = [...decrease([RAM], 1, large), ...populate([RAM], 1, large)];
    // A call that stops at its second frame spends the budget, too, and is cheap to replay.
    const refused = decrease([RAM + 0x3fff], 0, { extent_order: 18 });
    const log = exampleLog(
      ...pair,
      ...Array.from({ length: LARGE_EXTENT_FRAMES_MAX / 2 ** 18 }, () => refused).flat(),
      ...pair,
      ...decrease([RAM]),
      ...populate([RAM]),
    );
    const { result, problems } = await replayText(log);
    expect(problems).toEqual([]);
    expect([...result.counters.forgotten.keys()]).toEqual(["a call names more frames than are followed"]);
    expect(result.domains[0].frames).toMatchObject({ hole: 0, grant: 0 });
  });

  test("more changed gfns than one tree holds make all unknown", async () => {
    const calls = Array.from({ length: P2M_LEAVES_MAX / perCall + 1 }, (_, call) =>
      placeForeign(Array.from({ length: perCall }, (_, i) => 0x1000000 + (call * perCall + i) * 64)),
    );
    const { result } = await replayText(exampleLog(...calls.flat(), ...decrease([RAM])));
    expect([...result.counters.forgotten.keys()]).toEqual(["more gfns changed than are followed"]);
    expect(result.domains[0].frames).toMatchObject({ own: 0, foreign: perCall });
  });

  test("the trees of all domains together hold no more than one may", async () => {
    const domains = [0, 1, 2, 3];
    const calls = Array.from({ length: P2M_LEAVES_MAX / perCall + 1 }, (_, call) => {
      const gfns = Array.from({ length: perCall }, (_, i) => 0x1000000 + (call * perCall + i) * 64);
      return placeForeign(gfns, domains[call % domains.length]);
    });
    const { result } = await replayText(exampleLog(...calls.flat()));
    const why = "more gfns changed than are followed";
    expect([...result.counters.forgotten]).toEqual([[why, domains.length]]);
    const foreign = result.domains.map(({ domid, frames }) => [domid, frames.foreign]);
    expect(foreign).toEqual(domains.map((domid, place) => [domid, place === 0 ? perCall : 0]));
  });

  test("a call of more ops, or with a longer list, than is followed makes all of all domains unknown", async () => {
    const ops = Array.from({ length: CALL_OPS_MAX + 1 }, (_, i) => ({
      host_addr: frame(i * 4096),
      flags: 2,
      ref: 1,
      dom: 1,
    }));
    const batch = call(20, 0, { count: ops.length, ops }, { ret: 0 });
    const long = decrease(new Array(CALL_FRAMES_MAX + 1).fill(RAM), 0, { extent_order: 0 });
    for (const lines of [batch, long]) {
      const { result, problems } = await replayText(exampleLog(...decrease([RAM]), ...lines));
      expect(problems).toEqual([]);
      expect([...result.counters.forgotten.keys()]).toEqual(["a call names more than is followed"]);
      expect(result.domains[0].frames).toMatchObject({ own: 0, hole: 0 });
    }
    const { result } = await replayText(exampleLog(batch[0]));
    expect([...result.counters.forgotten.keys()]).toEqual(["a call names more than is followed"]);
  });

  test("pages of a DMA's segments beyond those of one event are counted", async () => {
    const segments = Array.from({ length: DMA_EVENT_PAGES_MAX / SEGMENT_PAGES_MAX + 3 }, (_, i) => {
      const address = `0x${((RAM + i * SEGMENT_PAGES_MAX) * 4096).toString(16)}`;
      return { phys: address, bus: address, size: SEGMENT_PAGES_MAX * 4096 };
    });
    const event = { ev: "dma", op: "map", dir: "TO_DEVICE", dev: "d", segments };
    const { result } = await replayText(exampleLog(event));
    expect(result.counters.dmaPagesNotSeen).toBe(3 * SEGMENT_PAGES_MAX);
  });

  test("pages of a DMA beyond the largest that is followed are counted", async () => {
    const segment = { phys: `0x${(RAM * 4096).toString(16)}`, bus: `0x${(RAM * 4096).toString(16)}` };
    const event = {
      ev: "dma",
      op: "map",
      dir: "TO_DEVICE",
      dev: "d",
      segments: [{ ...segment, size: (SEGMENT_PAGES_MAX + 3) * 4096 }],
    };
    const { result } = await replayText(exampleLog(event));
    expect(result.counters.dmaPagesNotSeen).toBe(3);
  });

  test.each([2 ** 52, 2 ** 53, 2 ** 53 + 2, 2 ** 60, 2 ** 63, 2 ** 64 - 2 ** 12])(
    "an entry of a guest's table at pfn %d, which no p2m reaches, is counted and not followed",
    async (pfn) => {
      const entries = [1, 2, 2 ** 40].flatMap((nr) => [
        { ev: "guest_p2m", pfn: frame(pfn), mfn: "0x1", nr },
        { ev: "guest_p2m", pfn: frame(pfn), mfn: "0xffffffffffffffff", nr },
      ]);
      const { replay, result } = await replayText(exampleLog(...entries));
      expect(result.counters.entriesNotFollowed).toBe(entries.length);
      expect(replay.machine.domains.get(0)?.guestP2m.size).toBe(0);
    },
  );

  test("frames at the end of all numbers end every walk", async () => {
    const far = [2 ** 52 - 1, 2 ** 52, 2 ** 53, 2 ** 60, 2 ** 64 - 2048];
    const orders = [0, 1, 20, 63].flatMap((order) => [
      populate(far, far.length, { extent_order: order }),
      decrease(far, far.length, { extent_order: order }),
    ]);
    const segments = [2 ** 52, 2 ** 63, 2 ** 64 - 2 ** 12].map((phys) => ({
      phys: frame(phys),
      bus: frame(phys),
      size: 8192,
    }));
    const dma = { ev: "dma", op: "map", dir: "TO_DEVICE", dev: "d", segments };
    const grants = far.map((gfn, ref) => ({ ev: "grant", ref, dom: 1, gfn: frame(gfn), ro: false }));
    const { result } = await replayText(
      exampleLog(...orders, dma, ...grants, placeForeign([2 ** 53, 2 ** 60])),
    );
    expect(result.events).toBeGreaterThan(10);
  });
});
