import { logHeaderJson } from "@xgt/hypercall-log";
import { describe, expect, it } from "vitest";
import { differentialHeader, judge } from "../src/differential/judge.ts";
import { randomSequences, scriptOf } from "../src/differential/make-script.ts";
import { firstBad } from "../src/differential/shrink.ts";

const BOOT = `(XEN) Xen version 4.17.7 (Debian 4.17.7+13)
(XEN) *** LOADING DOMAIN 0 ***
(XEN) Allocating 1:1 mappings totalling 16MB for dom0:
(XEN) BANK[0] 0x00000060000000-0x00000061000000 (16MB)
(XEN) Grant table range: 0x00000040200000-0x00000040240000
`;
const SETUP = "grant 8 393217 0\nmax_page 786432\ntot_pages 4096\nmax_pages 4096\nmaximum_gpfn 400000\n";
const header = differentialHeader(BOOT, SETUP);

/** A step: a decrease of one frame with its answer, and what was read back after it. */
function log(ret: number, readBack: string): string {
  const args = {
    domid: "0x7ff0",
    extent_order: 0,
    mem_flags: 0,
    nr_extents: 1,
    start_extent: 0,
    extents: ["0x60000"],
  };
  return [
    logHeaderJson(header),
    { ev: "mark", text: "state 0 60000=60000" },
    { id: 1, ev: "enter", via: "privcmd", nr: 12, cmd: 1, args },
    { id: 1, ev: "exit", ret },
    { ev: "mark", text: `state 1${readBack}` },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

describe("judge", () => {
  it("agrees with an answer and a frame that the model predicts", async () => {
    const { disagreements, calls, states, open } = await judge(header, log(1, " 60000=-9"));
    expect(disagreements).toEqual([]);
    expect({ calls, states, open }).toEqual({ calls: 1, states: 1, open: 0 });
  });

  it("reports a frame that is not what the model says", async () => {
    const { disagreements } = await judge(header, log(1, ""));
    expect(disagreements).toEqual([
      { step: 1, event: 2, text: "gfn 0x60000: the model says hole, Xen frame 0x60000" },
    ]);
  });

  it("reports an answer that the model contradicts", async () => {
    const { disagreements } = await judge(header, log(0, ""));
    expect(disagreements).toHaveLength(1);
    expect(disagreements[0]).toMatchObject({
      step: 1,
      text: expect.stringMatching(/^H\d+: decrease_reservation/),
    });
  });
});

describe("random calls", () => {
  it("are the same for the same seed and others for another", () => {
    expect(scriptOf(randomSequences(7, 200))).toBe(scriptOf(randomSequences(7, 200)));
    expect(scriptOf(randomSequences(8, 200))).not.toBe(scriptOf(randomSequences(7, 200)));
  });

  it("are as many as asked for, each sequence on healed frames", () => {
    const script = scriptOf(randomSequences(1, 90)).split("\n");
    expect(script.filter((line) => line.startsWith("call "))).toHaveLength(90);
    expect(script.filter((line) => line === "go")).toHaveLength(90);
    expect(script.filter((line) => line === "heal")).toHaveLength(3);
  });

  it("never decrease more than a block from a frame that the domain has", () => {
    for (const call of randomSequences(3, 5000).flat()) {
      const [, nr, cmd, , , memory] = call[0].split(" ");
      if (nr !== "12" || ![0, 1, 6].includes(Number(cmd) & 63)) continue;
      const order = Buffer.from(memory, "hex").readUInt32LE(16);
      if (order > 9) expect(call.filter((line) => line.startsWith("g "))).toEqual([]);
    }
  });

  it("are found again by the step at which they went wrong", () => {
    const variants = [[["a"], ["b"]], [["c"]], [["d"]]];
    // Steps: heal 1, a 2, b 3, heal 4, c 5, heal 6, d 7.
    expect(firstBad({ disagreements: [{ step: 5, event: 0, text: "" }] }, variants)).toBe(1);
    expect(firstBad({ disagreements: [{ step: 7, event: 0, text: "" }] }, variants)).toBe(2);
    expect(firstBad({ disagreements: [] }, variants)).toBe(-1);
  });
});
