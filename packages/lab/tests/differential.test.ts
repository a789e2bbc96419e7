import { logHeaderJson } from "@xgt/hypercall-log";
import { describe, expect, it } from "vitest";
import { type Caller, dom0 } from "../src/differential/caller.ts";
import { judge as judgePieces } from "../src/differential/judge.ts";
import { differentialHeader } from "../src/differential/log-header.ts";
import { randomSequences, scriptOf } from "../src/differential/make-script.ts";
import { type CallStep, stepsOf } from "./script-steps.ts";

const BOOT = `(XEN) Xen version 4.17.7 (Debian 4.17.7+13)
(XEN) *** LOADING DOMAIN 0 ***
(XEN) Allocating 1:1 mappings totalling 16MB for dom0:
(XEN) BANK[0] 0x00000060000000-0x00000061000000 (16MB)
(XEN) Grant table range: 0x00000040200000-0x00000040240000
`;
const SETUP =
  "grant 8 393217 0\nmax_page 786432\ntot_pages 4096\nmax_pages 4096\nmaximum_gpfn 400000\nself 0";
const header = differentialHeader(BOOT, SETUP, dom0, true);
const PEER_PAGE = "e000000000000002";

const judge = (text: string) => judgePieces([Buffer.from(text)], 0);
const callsOf = (seed: number, calls: number, caller: Caller = dom0): CallStep[] =>
  stepsOf(scriptOf(randomSequences(seed, calls, caller))).filter((step) => step.kind === "call");

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
    { ev: "mark", text: "state 0 60000" },
    { id: 1, ev: "enter", via: "privcmd", nr: 12, cmd: 1, args },
    { id: 1, ev: "exit", ret },
    { ev: "mark", text: `state 1${readBack}` },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

describe("judge", () => {
  it("agrees with an answer and a frame that the model predicts", async () => {
    const { disagreements, calls, states, open } = await judge(log(1, " 60000=-"));
    expect(disagreements).toEqual([]);
    expect({ calls, states, open }).toEqual({ calls: 1, states: 2, open: 0 });
  });

  it("reports a frame that is not what the model says", async () => {
    const { disagreements } = await judge(log(1, " 60000=60000"));
    expect(disagreements).toEqual([
      { step: 1, event: 2, text: "gfn 0x60000: the model says hole, Xen a page that begins 0x60000" },
    ]);
  });

  it("reports an answer that the model contradicts", async () => {
    const { disagreements } = await judge(log(0, " 60000=60000"));
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
    { ev: "mark", text: "state 0 60000" },
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
    expect(await judgeCall(20, 0, map(8, 0), mapped("0x60001000"), "-")).toHaveLength(1);
  });

  it("knows frames of the second domain by their tags, each by one", async () => {
    expect(await judgeCall(20, 0, map(8, 5), mapped("0xbdf6e000"), PEER_PAGE)).toEqual([]);
    expect(await judgeCall(20, 0, map(8, 5), mapped("0xbdf6e000"), "-")).toHaveLength(1);
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
    expect(await judgeCall(12, 7, device("0x9010"), {}, "12")).toEqual([]);
    expect(await judgeCall(12, 7, device("0x9000"), {}, "60000")).toEqual([]);
    expect(await judgeCall(12, 7, device("0x9000"), {}, "-")).toHaveLength(1);
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
    const script = (seed: number) => scriptOf(randomSequences(seed, 200, dom0)).toString("hex");
    expect(script(7)).toBe(script(7));
    expect(script(8)).not.toBe(script(7));
  });

  it("are as many as asked for, each sequence on healed frames", () => {
    const kinds = stepsOf(scriptOf(randomSequences(1, 90, dom0))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "call")).toHaveLength(90);
    expect(kinds.filter((kind) => kind === "heal")).toHaveLength(3);
    expect([kinds[0], kinds[41], kinds[82], kinds.at(-1)]).toEqual(["heal", "heal", "heal", "end"]);
  });

  it("never decrease more than a block from a frame that the domain has", () => {
    for (const { nr, cmd, memory, patches } of callsOf(3, 5000)) {
      if (nr !== 12 || ![0, 1, 6].includes(cmd & 63)) continue;
      if (memory.readUInt32LE(16) > 9) expect(patches.filter(({ what }) => what === "g")).toEqual([]);
    }
  });

  it("are of every kind, those that need the second domain too", () => {
    const kinds = new Set<string>();
    for (const { nr, cmd, memory } of callsOf(5, 5000)) {
      if (nr === 20) kinds.add(`grant ${cmd}`);
      else if ((cmd & 63) === 7) kinds.add(`space ${memory.readUInt32LE(4)}`);
      else if ((cmd & 63) === 28) kinds.add(`acquire from ${memory.readUInt16LE(0)}`);
    }
    for (const space of [0, 1, 2, 3, 4, 5, 6]) expect(kinds).toContain(`space ${space}`);
    for (const cmd of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) expect(kinds).toContain(`grant ${cmd}`);
    expect(kinds).toContain("acquire from 5");
  });

  it("never map at address 0, where nothing can be unmapped", () => {
    for (const { nr, cmd, count, inMemory, memory, patches } of callsOf(6, 5000)) {
      if (nr !== 20 || cmd !== 0 || !inMemory) continue;
      for (let at = 0; at < 32 * count; at += 32) {
        const placed = patches.some((patch) => patch.what === "a" && patch.at === at);
        expect(placed || memory.readBigUInt64LE(at) >= 4096n).toBe(true);
      }
    }
  });
});
