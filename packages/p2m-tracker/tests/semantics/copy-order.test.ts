import { describe, expect, it } from "vitest";
import { replayText } from "../replay-text.ts";

const OWN = "0x60002";
const HOLE = "0x60001";
const NO_DOMAIN = 77;
const PERMISSION_DENIED = -8;
const BAD_PAGE = -9;
const BAD_DOMAIN = -2;
const BAD_GNTREF = -3;

interface Side {
  readonly domid: number | string;
  readonly gmfn?: string;
  readonly ref?: number;
}

const ofSelf = (gmfn: string): Side => ({ domid: "0x7ff0", gmfn });
/** A frame named by the domain's own number, which Xen refuses. */
const byNumber: Side = { domid: 0, gmfn: OWN };
const ofNoDomain: Side = { domid: NO_DOMAIN, ref: 8 };
const badRef: Side = { domid: 0, ref: 500_000 };

/** H rules that a copy breaks with this status. */
async function broken(xen: string, source: Side, dest: Side, status: number): Promise<string[]> {
  const header = {
    xgt_log: 1,
    version: 1,
    xen,
    arch: "arm64",
    other_domains: [],
    domains: [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x60000", count: "0x1000" }], regions: [] }],
  };
  const reservation = { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: 1, start_extent: 0 };
  const flags = (source.ref === undefined ? 0 : 1) | (dest.ref === undefined ? 0 : 2);
  const ops = [{ source: { ...source, offset: 0 }, dest: { ...dest, offset: 0 }, len: 8, flags }];
  const lines = [
    header,
    { id: 1, ev: "enter", nr: 12, cmd: 1, args: { ...reservation, extents: [HOLE] } },
    { id: 1, ev: "exit", ret: 1 },
    { id: 2, ev: "enter", nr: 20, cmd: 5, args: { count: 1, ops } },
    { id: 2, ev: "exit", ret: 0, ops: [{ status }] },
  ];
  const { result } = await replayText(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return result.findings.map(({ rule }) => rule).filter((rule) => rule.startsWith("H"));
}

const names = new Map([
  [PERMISSION_DENIED, "permission_denied"],
  [BAD_PAGE, "bad_page"],
  [BAD_DOMAIN, "bad_domain"],
  [BAD_GNTREF, "bad_gntref"],
]);

/** A copy with two faults: the answer of 4.16 and before, and the one that later builds of 4.17 and on give. */
const twoFaults = [
  {
    what: "a hole, to a frame named by number",
    sides: [ofSelf(HOLE), byNumber],
    old: PERMISSION_DENIED,
    late: BAD_PAGE,
  },
  {
    what: "a frame named by number, to no domain",
    sides: [byNumber, ofNoDomain],
    old: PERMISSION_DENIED,
    late: BAD_DOMAIN,
  },
  {
    what: "a ref that is none, to a frame named by number",
    sides: [badRef, byNumber],
    old: PERMISSION_DENIED,
    late: BAD_GNTREF,
  },
] as const;

describe("a copy with two faults is answered by the one that Xen looks at first", () => {
  for (const { what, sides, old, late } of twoFaults) {
    const [source, dest] = sides;
    it(`from ${what}: ${names.get(old)} up to 4.16`, async () => {
      expect(await broken("4.16", source, dest, old)).toEqual([]);
      expect(await broken("4.16", source, dest, late)).toEqual(["H21"]);
    });

    it(`from ${what}: ${names.get(old)} or ${names.get(late)} from 4.17`, async () => {
      expect(await broken("4.17", source, dest, old)).toEqual([]);
      expect(await broken("4.17", source, dest, late)).toEqual([]);
    });
  }

  it("has one answer where both orders come to the same", async () => {
    expect(await broken("4.17", ofSelf(OWN), byNumber, PERMISSION_DENIED)).toEqual([]);
    expect(await broken("4.17", ofSelf(OWN), byNumber, BAD_PAGE)).toEqual(["H21"]);
    expect(await broken("4.17", byNumber, ofSelf(HOLE), PERMISSION_DENIED)).toEqual([]);
    expect(await broken("4.17", byNumber, ofSelf(HOLE), BAD_PAGE)).toEqual(["H21"]);
  });
});
