import { describe, expect, it } from "vitest";
import { replayText } from "../replay-text.ts";

const header = {
  xgt_log: 1,
  version: 1,
  xen: "4.20",
  arch: "arm64",
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0xc0000", count: "0x10000" }], regions: [] },
    { domid: 1, mode: "direct-mapped", ram: [{ gfn: "0x40000", count: "0x1000" }], regions: [] },
  ],
};

/** A memory_mapping of three frames of domain 1 by its toolstack; without `ret` its end is not in the log. */
function mapping(id: number, add: number, ret?: number, gfn = "0x4000"): object[] {
  const args = { domid: 1, first_gfn: gfn, first_mfn: "0x4005d", nr_mfns: 3, add_mapping: add };
  const enter = { id, ev: "enter", domid: 0, via: "privcmd", nr: 36, cmd: 39, args };
  return ret === undefined ? [enter] : [enter, { id, ev: "exit", domid: 0, ret }];
}

async function mapOf(lines: readonly object[]): Promise<unknown[]> {
  const { replay, result, problems } = await replayText(
    [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  expect([problems, result.unmodelled]).toEqual([[], []]);
  return replay.mapRuns(1, false).map(({ gfn, count, kind, mfn }) => [gfn, count, kind, mfn]);
}

describe("memory_mapping", () => {
  it("maps a device's frames into the domain that it names", async () => {
    expect(await mapOf(mapping(1, 1, 0))).toEqual([[0x4000, 3, "mmio", 0x4005d]]);
  });

  it("takes them out again, and what it is taken from is a hole", async () => {
    const lines = [...mapping(1, 1, 0, "0x40010"), ...mapping(2, 0, 0, "0x40010")];
    expect(await mapOf(lines)).toEqual([[0x40010, 3, "hole", null]]);
  });

  it("changes nothing where Xen refused it", async () => {
    expect(await mapOf(mapping(1, 1, -1))).toEqual([]);
  });

  it("leaves unknown what it may have mapped where its end is not in the log", async () => {
    expect(await mapOf(mapping(1, 1, undefined, "0x40010"))).toEqual([[0x40010, 3, "unknown", null]]);
  });

  it("covers own RAM that it is put over", async () => {
    expect(await mapOf(mapping(1, 1, 0, "0x40010"))).toEqual([[0x40010, 3, "mmio", 0x4005d]]);
  });
});

describe("iomem_permission", () => {
  it("is known to change no p2m", async () => {
    const args = { domid: 1, first_mfn: "0x4005d", nr_mfns: 3, allow_access: 1 };
    const lines = [
      { id: 1, ev: "enter", domid: 0, nr: 36, cmd: 20, args },
      { id: 1, ev: "exit", domid: 0, ret: 0 },
    ];
    expect(await mapOf(lines)).toEqual([]);
  });
});
