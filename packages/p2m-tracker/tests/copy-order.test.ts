import { describe, expect, it } from "vitest";
import { replayText } from "./replay-text.ts";

const header = {
  xgt_log: 1,
  version: 1,
  xen: "4.17",
  arch: "arm64",
  domains: [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x60000", count: "0x1000" }], regions: [] }],
};

/** H rules that a copy from `gmfn` to a frame named by the domain's own number breaks with this status. */
async function broken(gmfn: string, status: number): Promise<string[]> {
  const reservation = { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: 1, start_extent: 0 };
  const source = { gmfn, domid: "0x7ff0", offset: 0 };
  const dest = { gmfn: "0x60010", domid: 0, offset: 0 };
  const lines = [
    header,
    { id: 1, ev: "enter", nr: 12, cmd: 1, args: { ...reservation, extents: ["0x60001"] } },
    { id: 1, ev: "exit", ret: 1 },
    { id: 2, ev: "enter", nr: 20, cmd: 5, args: { count: 1, ops: [{ source, dest, len: 8, flags: 0 }] } },
    { id: 2, ev: "exit", ret: 0, ops: [{ status }] },
  ];
  const { result } = await replayText(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return result.findings.map(({ rule }) => rule).filter((rule) => rule.startsWith("H"));
}

describe("a copy whose destination's domain is refused", () => {
  it("is refused for that where its source is a frame", async () => {
    expect(await broken("0x60002", -8)).toEqual([]);
    expect(await broken("0x60002", -9)).toEqual(["H21"]);
  });

  it("may be refused for its source first where that is a hole, as Debian's builds do", async () => {
    expect(await broken("0x60001", -8)).toEqual([]);
    expect(await broken("0x60001", -9)).toEqual([]);
  });
});
