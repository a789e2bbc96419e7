import { logHeaderJson } from "@xgt/hypercall-log";
import { describe, expect, it } from "vitest";
import { differentialHeader, judge } from "../src/differential/judge.ts";
import { randomSequences, scriptOf } from "../src/differential/make-script.ts";

const BOOT = `(XEN) Xen version 4.17.7 (Debian 4.17.7+13)
(XEN) *** LOADING DOMAIN 0 ***
(XEN) Allocating 1:1 mappings totalling 16MB for dom0:
(XEN) BANK[0] 0x00000060000000-0x00000061000000 (16MB)
(XEN) Grant table range: 0x00000040200000-0x00000040240000
`;
const SETUP =
  "grant 8 393217 0\npeer 5 262144 4 8\npeer_grant 8 262144 0 0\nmax_page 786432\ntot_pages 4096\nmax_pages 4096\nmaximum_gpfn 400000\n";
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
    const { disagreements, calls, states, open } = await judge(log(1, " 60000=-9"));
    expect(disagreements).toEqual([]);
    expect({ calls, states, open }).toEqual({ calls: 1, states: 1, open: 0 });
  });

  it("reports a frame that is not what the model says", async () => {
    const { disagreements } = await judge(log(1, ""));
    expect(disagreements).toEqual([
      { step: 1, event: 2, text: "gfn 0x60000: the model says hole, Xen frame 0x60000" },
    ]);
  });

  it("reports an answer that the model contradicts", async () => {
    const { disagreements } = await judge(log(0, ""));
    expect(disagreements).toHaveLength(1);
    expect(disagreements[0]).toMatchObject({
      step: 1,
      text: expect.stringMatching(/^H\d+: decrease_reservation/),
    });
  });
});

/** One call, and what was read back of gfn 0x60000 after it. */
async function judgeCall(nr: number, cmd: number, args: object, out: object, readBack: string) {
  const lines = [
    logHeaderJson(header),
    { ev: "mark", text: "state 0 60000=60000" },
    { id: 1, ev: "enter", via: "privcmd", nr, cmd, args },
    { id: 1, ev: "exit", ret: 0, ...out },
    { ev: "mark", text: `state 1 60000=${readBack}` },
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  return (await judge(text)).disagreements.map((disagreement) => disagreement.text);
}

describe("judge, of what a frame holds", () => {
  const map = (ref: number, dom: number) =>
    ({ count: 1, ops: [{ host_addr: "0x60000000", flags: 2, ref, dom }] }) as const;
  const mapped = (frame: string) => ({ ops: [{ status: 0, handle: 3, dev_bus_addr: frame }] });

  it("knows a grant of the domain's own frame by that frame's tag", async () => {
    expect(await judgeCall(20, 0, map(8, 0), mapped("0x60001000"), "60001")).toEqual([]);
    expect(await judgeCall(20, 0, map(8, 0), mapped("0x60001000"), "-9")).toHaveLength(1);
  });

  it("expects no answer from a grant of the second domain", async () => {
    expect(await judgeCall(20, 0, map(8, 5), mapped("0xbdf6e000"), "-9")).toEqual([]);
    expect(await judgeCall(20, 0, map(8, 5), mapped("0xbdf6e000"), "60000")).toHaveLength(1);
  });

  it("tells grant-table frames apart", async () => {
    const place = { domid: "0x7ff0", size: 0, space: 1, idx: "0x29", gpfn: "0x60000" };
    expect(await judgeCall(12, 7, place, {}, "f000002900000000")).toEqual([]);
    expect(await judgeCall(12, 7, place, {}, "f000002800000000")).toEqual([
      "gfn 0x60000: the model says grant-table frame 41, Xen has a page that begins 0xf000002800000000",
    ]);
  });

  it("knows which devices' frames Dom0 may map", async () => {
    const device = (idx: string) => ({ domid: "0x7ff0", size: 0, space: 5, idx, gpfn: "0x60000" });
    expect(await judgeCall(12, 7, device("0x9010"), {}, "-9")).toEqual([]);
    expect(await judgeCall(12, 7, device("0x9000"), {}, "60000")).toEqual([]);
    expect(await judgeCall(12, 7, device("0x9000"), {}, "-9")).toHaveLength(1);
  });

  it("holds a grant's status against the entries that the executor wrote", async () => {
    const refused = (status: number) => ({ ops: [{ status }] });
    expect(await judgeCall(20, 0, map(8, 0), refused(-3), "60000")).toEqual([
      expect.stringMatching(/^H11: map_grant_ref/),
    ]);
    expect(await judgeCall(20, 0, map(9, 0), refused(-1), "60000")).toEqual([]);
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

  it("are of every kind, those that need the second domain too", () => {
    const kinds = new Set<string>();
    for (const [call] of randomSequences(5, 5000).flat()) {
      const [, nr, cmd, , , memory] = call.split(" ");
      const bytes = Buffer.from(memory, "hex");
      if (nr === "20") kinds.add(`grant ${cmd}`);
      else if ((Number(cmd) & 63) === 7) kinds.add(`space ${bytes.readUInt32LE(4)}`);
      else if ((Number(cmd) & 63) === 28) kinds.add(`acquire from ${bytes.readUInt16LE(0)}`);
    }
    for (const space of [0, 1, 2, 3, 4, 5, 6]) expect(kinds).toContain(`space ${space}`);
    for (const cmd of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) expect(kinds).toContain(`grant ${cmd}`);
    expect(kinds).toContain("acquire from 5");
  });

  it("never map at address 0, where nothing can be unmapped", () => {
    for (const call of randomSequences(6, 5000).flat()) {
      const [, nr, cmd, , count, memory] = call[0].split(" ");
      if (nr !== "20" || cmd !== "0" || call[0].includes("0x10")) continue;
      const bytes = Buffer.from(memory, "hex");
      for (let at = 0; at < 32 * Number(count); at += 32) {
        const placed = call.some((line) => line.startsWith(`a ${at} `));
        expect(placed || bytes.readBigUInt64LE(at) >= 4096n).toBe(true);
      }
    }
  });
});
