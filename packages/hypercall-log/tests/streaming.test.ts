import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { openLog } from "../src/log/open-log.ts";
import { eventLine, head } from "./trace-text.ts";

// What is kept is what the collector leaves: it is asked to run before memory is looked at.
setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const MIB = 1 << 20;
const PIECE = 1 << 16;

/** A piece of a log of `size` bytes or more, the n-th of many. */
function piece(format: "ndjson" | "ftrace", n: number): string {
  const lines: string[] = [];
  for (let i = 0, size = 0; size < PIECE; i++) {
    const pfn = (0x231000 + ((n + i) % 4096)).toString(16);
    const us = 1_000_000 + 500 * n + i;
    const line =
      format === "ndjson"
        ? `{"t":${us / 1e6},"ev":"guest_p2m","pid":99,"pfn":"0x${pfn}","mfn":"0x800e77","nr":1}`
        : eventLine(
            us,
            `p2m: (__set_phys_to_machine_multi+0x0/0x27c) pfn=0x${pfn} mfn=0x800e77 n=1`,
            head(99),
          );
    lines.push(line);
    size += line.length + 1;
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** Pieces of a log that is made while it is read, `size` bytes of them. */
async function* endless(format: "ndjson" | "ftrace", size: number): AsyncGenerator<Uint8Array> {
  for (let n = 0, made = 0; made < size; n++) {
    const bytes = new TextEncoder().encode(piece(format, n % 64));
    made += bytes.length;
    yield bytes;
  }
}

describe("a log that never ends", () => {
  it.each(["ndjson", "ftrace"] as const)("of %s is read in the memory of a short one", async (format) => {
    const memory: number[] = [];
    const log = await openLog("-", { stdin: endless(format, 96 * MIB) });
    let next = 16 * MIB;
    let rows = 0;
    for await (const batch of log.batches()) {
      rows += batch.length;
      if (log.stats.bytes < next) continue;
      next += 8 * MIB;
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      memory.push(heapUsed + arrayBuffers);
    }
    expect([rows, log.stats.problemCount]).toEqual([log.stats.events, 0]);
    // What is under way comes and goes; what is kept would add up.
    const least = (from: number, to: number): number => Math.min(...memory.slice(from, to));
    expect(least(5, 10) - least(0, 5)).toBeLessThan(8 * MIB);
  });
});
