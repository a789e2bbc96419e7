import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { EventKind, Recorded } from "@xgt/hypercall-log";
import { describe, expect, test } from "vitest";
import * as slots from "../../src/memory/kernel-slots.ts";
import { EntryFlag, FrameKind, LINEAGE } from "../../src/state/frame-kind.ts";
import { LEAF } from "../../src/state/frame-leaves.ts";
import { HandleState } from "../../src/state/maptrack.ts";

const folder = new URL("../../", import.meta.url);
const source = readFileSync(new URL("assembly/straight-kernel.ts", folder), "utf8");

describe("the straight path's WebAssembly module", () => {
  test("is what its sources give", () => {
    const sums = readFileSync(new URL("src/straight/straight-kernel.wasm.sha256", folder), "utf8");
    for (const [, sum, path] of sums.matchAll(/^(\w+) {2}(\S+)$/gm)) {
      const text = readFileSync(new URL(path, folder));
      expect(createHash("sha256").update(text).digest("hex"), "run tools/make-wasm.mjs").toBe(sum);
    }
    expect(sums.trim().split("\n")).toHaveLength(2);
  });

  test("has the numbers of kinds and states that the rest has", () => {
    const numbers = Object.fromEntries(
      [...source.matchAll(/^const (\w+): i32 = (-?\d+);$/gm)].map(([, name, value]) => [name, Number(value)]),
    );
    expect(numbers).toMatchObject({
      ...{
        ENTER: EventKind.enter,
        EXIT: EventKind.exit,
        GUEST_ENTRY: EventKind.guestP2m,
        DMA: EventKind.dma,
      },
      ...{ FIELDS: Recorded.fields, LEAF },
      ...{ UNKNOWN: FrameKind.unknown, HOLE: FrameKind.hole, OWN: FrameKind.own, GRANT: FrameKind.grant },
      ...{ READ_ONLY_FLAG: EntryFlag.readOnly, BALLOONED: EntryFlag.ballooned, LINEAGE },
      ...{ LIVE_HANDLE: HandleState.live, RELEASED_HANDLE: HandleState.released },
    });
  });

  test("shares slots that do not overlap", () => {
    const wide: Record<string, number> = {
      UNIFORM_FREE: 2,
      DMA_FREE: 2,
      ...Object.fromEntries(
        ["BY_BUS", "BY_GFN", "BY_PHYS", "LIVE_BY_MFN", "PINS", "NOTE_OF"].map((name) => [
          name,
          slots.TABLE_SLOTS,
        ]),
      ),
    };
    const no = /^(SLOTS?|SLOT_BYTES|TABLE_SLOTS|OUTLIVED_(AT|MAX|BYTES)|OPS_(AT|MAX)|OP_BYTES|RUN_BYTES)$/;
    const taken = Object.entries(slots)
      .filter(([name]) => !no.test(name))
      .flatMap(([name, slot]) => Array.from({ length: wide[name] ?? 1 }, (_, i) => slot + i));
    expect(new Set(taken).size).toBe(taken.length);
    expect(Math.max(...taken)).toBeLessThan(slots.SLOTS);
    expect(slots.SLOTS * slots.SLOT_BYTES).toBeLessThanOrEqual(slots.OUTLIVED_AT);
    expect(slots.OUTLIVED_AT + slots.OUTLIVED_MAX * slots.OUTLIVED_BYTES).toBeLessThanOrEqual(slots.OPS_AT);
  });
});
