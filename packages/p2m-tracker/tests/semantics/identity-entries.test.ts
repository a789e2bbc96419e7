import { describe, expect, test } from "vitest";
import {
  EXTENDED,
  exampleLogWith,
  frame,
  map,
  PEER_FRAME,
  RAM,
  unmap,
} from "../../src/rules/kinds/example.ts";
import { replayText } from "../replay-text.ts";

describe("an IOMMU keeps gfn = mfn mapped for granted frames", () => {
  const domains = [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: frame(RAM), count: "0x4000" }], iommu: true },
    { domid: 1, mode: "translated" },
  ];
  async function kinds(...events: object[][]): Promise<(string | undefined)[]> {
    const { replay } = await replayText(exampleLogWith({ domains }, ...events));
    return [EXTENDED, PEER_FRAME].map(
      (gfn) => replay.mapRuns(0, true).find((run) => gfn >= run.gfn && gfn < run.gfn + run.count)?.kind,
    );
  }

  test("while the last user is mapped", async () => {
    const both = map({ gfn: EXTENDED, handle: 1, flags: 6 }, { gfn: EXTENDED + 1, handle: 2 });
    expect(await kinds(both)).toEqual(["grant", "identity"]);
    expect(await kinds(both, unmap(EXTENDED + 1, 2))).toEqual(["grant", "identity"]);
    expect(await kinds(both, unmap(EXTENDED + 1, 2), unmap(EXTENDED, 1))).toEqual(["hole", "hole"]);
  });

  test("is no verdict on an unmap whose identity entry was covered", async () => {
    const covered = [
      map({ gfn: EXTENDED }),
      map({ gfn: PEER_FRAME, handle: 2, ref: 9, mfn: PEER_FRAME + 9 }),
    ];
    for (const status of [0, -1]) {
      const { result } = await replayText(
        exampleLogWith({ domains }, ...covered, unmap(EXTENDED, 1, status)),
      );
      expect(result.findings.filter(({ rule }) => rule.startsWith("H"))).toEqual([]);
    }
  });
});
