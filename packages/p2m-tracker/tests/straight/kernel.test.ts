import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { EventKind, Recorded } from "@xgt/hypercall-log";
import { describe, expect, test, vi } from "vitest";
import { KernelMemory } from "../../src/memory/kernel-memory.ts";
import * as slots from "../../src/memory/kernel-slots.ts";
import { EntryFlag, FrameKind, LINEAGE } from "../../src/state/frame-kind.ts";
import { LEAF } from "../../src/state/frame-leaves.ts";
import { HandleState } from "../../src/state/maptrack.ts";
import { readEvents, replayBothWays } from "./both-ways.ts";
import { HealthyLog, headers } from "./healthy-log.ts";

const folder = new URL("../../", import.meta.url);
const source = readFileSync(new URL("assembly/straight-kernel.ts", folder), "utf8");

describe("the straight path's WebAssembly module", () => {
  test("is done without where the process gets no memory for it", async () => {
    const memory = vi.spyOn(KernelMemory, "borrow").mockImplementation(() => {
      throw new RangeError("WebAssembly.Memory(): could not allocate memory");
    });
    try {
      const text = [headers[0], ...new HealthyLog(7, 40, 64).lines]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join("");
      const both = replayBothWays(await readEvents("-", text), 100, (one, other) =>
        expect(one).toEqual(other),
      );
      expect(both.straight).toEqual(both.round);
      expect(both.native).toBe(0);
      expect(memory).toHaveBeenCalledOnce();
    } finally {
      memory.mockRestore();
    }
  });

  test("is what its sources give", () => {
    const sums = readFileSync(new URL("src/straight/straight-kernel.wasm.sha256", folder), "utf8");
    for (const [, sum, path] of sums.matchAll(/^(\w+) {2}(\S+)$/gm)) {
      const text = readFileSync(new URL(path, folder));
      expect(createHash("sha256").update(text).digest("hex"), "run tools/make-wasm.mjs").toBe(sum);
    }
    expect(sums.trim().split("\n")).toHaveLength(3);
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
    const no =
      /^(SLOTS?|SLOT_BYTES|TABLE_SLOTS|OUTLIVED_(AT|MAX|BYTES)|OPS_(AT|MAX)|OP_BYTES|RUN_BYTES|CALL_RUNS_(AT|MAX))$/;
    const taken = Object.entries(slots)
      .filter(([name]) => !no.test(name))
      .flatMap(([name, slot]) => Array.from({ length: wide[name] ?? 1 }, (_, i) => slot + i));
    expect(new Set(taken).size).toBe(taken.length);
    expect(Math.max(...taken)).toBeLessThan(slots.SLOTS);
    expect(slots.SLOTS * slots.SLOT_BYTES).toBeLessThanOrEqual(slots.OUTLIVED_AT);
    expect(slots.OUTLIVED_AT + slots.OUTLIVED_MAX * slots.OUTLIVED_BYTES).toBeLessThanOrEqual(slots.OPS_AT);
  });
});
