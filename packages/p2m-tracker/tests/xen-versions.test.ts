import { describe, expect, test } from "vitest";
import {
  address,
  call,
  decrease,
  EXTENDED,
  exampleLogWith,
  frame,
  map,
  mapForeign,
  PEER_FRAME,
  placeXenPage,
  populate,
  RAM,
  remove,
  unmap,
} from "../src/rules/kinds/example.ts";
import { frameKindNames } from "../src/state/frame-kind.ts";
import { replayText } from "./replay-text.ts";

const RELEASES = ["4.14", "4.15", "4.16", "4.17", "4.18", "4.19", "4.20", "4.21", "4.22", "4.23"] as const;

/** Rules of the H list that a log breaks, by release. */
async function broken(xen: string, ...events: object[][]): Promise<string[]> {
  const { result, problems } = await replayText(exampleLogWith({ xen, from_boot: true }, ...events));
  expect(problems).toEqual([]);
  return result.findings.filter(({ rule }) => rule.startsWith("H")).map(({ rule }) => rule);
}

/** Releases whose Xen gives this answer: the log does not contradict it. */
async function releasesOf(...events: object[][]): Promise<string[]> {
  const answers: string[] = [];
  for (const xen of RELEASES) if ((await broken(xen, ...events)).length === 0) answers.push(xen);
  return answers;
}

/** What a gfn holds at the end. */
async function kindAt(gfn: number, xen: string, ...events: object[][]): Promise<string> {
  const { replay } = await replayText(exampleLogWith({ xen, from_boot: true }, ...events));
  return frameKindNames[replay.machine.domains.get(0)?.p2m.kindOf(gfn) ?? 0];
}

const from = (first: string) => RELEASES.slice(RELEASES.indexOf(first as "4.14"));
const upTo = (last: string) => RELEASES.slice(0, RELEASES.indexOf(last as "4.14") + 1);

describe("what releases of Xen answer", () => {
  test("unmap over another frame: the check of 4.17", async () => {
    const before = [decrease([RAM]), map({ gfn: RAM }), populate([RAM])];
    expect(await releasesOf(...before, unmap(RAM, 1, -1))).toEqual(from("4.17"));
    expect(await releasesOf(...before, unmap(RAM, 1, 0))).toEqual(upTo("4.16"));
    expect(await kindAt(RAM, "4.16", ...before, unmap(RAM, 1, 0))).toBe("hole");
    expect(await kindAt(RAM, "4.17", ...before, unmap(RAM, 1, -1))).toBe("own");
  });

  test("unmap with the address of another frame: looked at up to 4.15", async () => {
    const op = { host_addr: address(EXTENDED), dev_bus_addr: address(PEER_FRAME + 1), handle: 1 };
    const answered = (status: number) => call(20, 1, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
    expect(await releasesOf(map({ gfn: EXTENDED }), answered(-1))).toEqual(upTo("4.15"));
    expect(await releasesOf(map({ gfn: EXTENDED }), answered(0))).toEqual(from("4.16"));
  });

  test("unmap of the same frame under another handle removes it in every release", async () => {
    const twice = map({ gfn: EXTENDED, handle: 1 }, { gfn: EXTENDED, handle: 2 });
    expect(await releasesOf(twice, unmap(EXTENDED, 1, 0))).toEqual(RELEASES);
    expect(await kindAt(EXTENDED, "4.17", twice, unmap(EXTENDED, 1, 0))).toBe("hole");
  });

  test("a second placement: refused from 4.17 on", async () => {
    const first = placeXenPage(1, 0, EXTENDED);
    expect(await releasesOf(first, placeXenPage(1, 0, EXTENDED + 1, -16))).toEqual(from("4.17"));
    expect(await releasesOf(first, placeXenPage(1, 0, EXTENDED + 1, 0))).toEqual(upTo("4.16"));
  });

  test("before 4.17 a grant-table frame moves, and takes what its old gfn holds by then", async () => {
    const moved = [placeXenPage(1, 0, RAM), placeXenPage(1, 0, EXTENDED, 0)];
    expect(await kindAt(RAM, "4.16", ...moved)).toBe("hole");
    expect(await kindAt(EXTENDED, "4.16", ...moved)).toBe("xen");
    const repopulated = [placeXenPage(1, 0, RAM), populate([RAM]), placeXenPage(1, 0, EXTENDED, 0)];
    expect(await broken("4.16", ...repopulated)).toEqual([]);
    expect(await kindAt(RAM, "4.16", ...repopulated)).toBe("hole");
    // From 4.17 on the frame is free again once RAM has replaced it, and RAM stays.
    expect(await broken("4.17", ...repopulated)).toEqual([]);
    expect(await kindAt(RAM, "4.17", ...repopulated)).toBe("own");
  });

  test("before 4.17 shared_info is mapped at both gfns", async () => {
    const twice = [placeXenPage(0, 0, EXTENDED), placeXenPage(0, 0, EXTENDED + 1, 0)];
    expect(await kindAt(EXTENDED, "4.16", ...twice)).toBe("xen");
    expect(await kindAt(EXTENDED + 1, "4.16", ...twice)).toBe("xen");
  });

  test("the gfn ~0 of a batch: the whole call fails from 4.17 on, and what came before is done", async () => {
    const args = {
      domid: "0x7ff0",
      space: 1,
      size: 2,
      res0: 0,
      idxs: ["0x0", "0x1"],
      gpfns: [frame(EXTENDED), "0xffffffffffffffff"],
    };
    const whole = call(12, 23, args, { ret: -22, errs: [0, null] });
    expect(await releasesOf(whole)).toEqual(from("4.17"));
    expect(await releasesOf(call(12, 23, args, { ret: 0, errs: [0, -22] }))).toEqual(upTo("4.16"));
    expect(await kindAt(EXTENDED, "4.17", whole)).toBe("xen");
  });

  test("a range that names ~0: its size is looked at first before 4.17", async () => {
    const args = { domid: "0x7ff0", size: 0, space: 3, idx: "0x0", gpfn: "0xffffffffffffffff" };
    expect(await releasesOf(call(12, 7, args, { ret: -22 }))).toEqual(from("4.17"));
    expect(await releasesOf(call(12, 7, args, { ret: 0 }))).toEqual(upTo("4.16"));
  });

  test.each([
    [0, -3, upTo("4.22")],
    [0, -1, from("4.20")],
    [0x7ff0, -22, upTo("4.22")],
    [0x7ff0, -3, from("4.20")],
    [0x7ff4, -3, RELEASES],
    [0, -22, []],
  ])("a foreign map that names %i answers %i", async (foreign_domid, errno, releases) => {
    const lists = { idxs: [frame(RAM)], gpfns: [frame(EXTENDED)] };
    const args = { domid: "0x7ff0", space: 4, size: 1, foreign_domid, ...lists };
    expect(await releasesOf(call(12, 23, args, { ret: 0, errs: [errno] }))).toEqual(releases);
  });

  test("a transfer is refused as a whole from 4.17 on, whatever its count", async () => {
    const args = { count: 1, ops: [{ mfn: frame(RAM), domid: 1, ref: 13 }] };
    expect(await releasesOf(call(20, 4, args, { ret: -95 }))).toEqual(from("4.17"));
    expect(await releasesOf(call(20, 4, args, { ret: 0, ops: [{ status: -1 }] }))).toEqual(upTo("4.16"));
    expect(await releasesOf(call(20, 4, args, { ret: 0, ops: [{ status: -9 }] }))).toEqual([]);
    expect(await releasesOf(call(20, 4, { count: 0 }, { ret: -95 }))).toEqual(from("4.17"));
  });

  test("an exhausted maptrack", async () => {
    expect(await releasesOf(map({ gfn: EXTENDED, status: -7 }))).toEqual(upTo("4.15"));
    expect(await releasesOf(map({ gfn: EXTENDED, status: -13 }))).toEqual(from("4.16"));
  });

  test("a copy of nothing is looked at before 4.19", async () => {
    const source = { gmfn: frame(RAM), domid: 0, offset: 0 };
    const op = { source, dest: { ...source, domid: 0x7ff0 }, len: 0, flags: 0 };
    const copied = (status: number) => call(20, 5, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
    expect(await releasesOf(copied(0))).toEqual(from("4.19"));
    expect(await releasesOf(copied(-8))).toEqual(upTo("4.18"));
  });

  test("acquire_resource: one call names 32 frames at most before 4.15; unknown types", async () => {
    const frame_list = Array.from({ length: 33 }, (_, i) => frame(EXTENDED + i));
    const many = { domid: 1, type: 1, id: 0, nr_frames: 33, pad: 0, frame: "0x0", frame_list };
    expect(await kindAt(EXTENDED, "4.14", call(12, 28, many, { ret: -7 }))).toBe("hole");
    expect(await broken("4.14", call(12, 28, many, { ret: 0 }))).toEqual(["H08"]);
    const strange = { ...many, type: 9, nr_frames: 1, frame_list: [frame(EXTENDED)] };
    expect(await releasesOf(call(12, 28, strange, { ret: -22 }))).toEqual(["4.14", ...from("4.18")]);
    expect(await releasesOf(call(12, 28, strange, { ret: -95 }))).toEqual(upTo("4.17"));
  });

  test("a foreign page over a grant keeps its handle from being unmapped from 4.17 on", async () => {
    const self = { dom: 0, mfn: RAM + 9 };
    const covered = [map({ gfn: EXTENDED, ...self }), mapForeign(EXTENDED)];
    expect(await releasesOf(...covered, unmap(EXTENDED, 1, -1))).toEqual(from("4.17"));
    expect(await releasesOf(...covered, unmap(EXTENDED, 1, 0))).toEqual(upTo("4.16"));
    const later = [unmap(EXTENDED, 1, -1), remove(EXTENDED), unmap(EXTENDED, 1, 0), unmap(EXTENDED, 1, -4)];
    expect(await releasesOf(...covered, ...later)).toEqual(from("4.17"));
    // Of the same owner it may be the granted frame itself.
    const same = [map({ gfn: EXTENDED }), mapForeign(EXTENDED)];
    expect(await releasesOf(...same, unmap(EXTENDED, 1, 0))).toEqual(RELEASES);
    expect(await releasesOf(...same, unmap(EXTENDED, 1, -1))).toEqual(from("4.17"));
  });

  test("what the toolstack does with foreign pages", async () => {
    const gone = [mapForeign(RAM), remove(RAM), remove(RAM, -2), populate([RAM])];
    const kept = [mapForeign(RAM), decrease([RAM], 0), populate([RAM]), remove(RAM), populate([RAM])];
    expect(await releasesOf(...gone, ...kept)).toEqual(RELEASES);
    expect(await kindAt(RAM, "4.20", ...gone, ...kept)).toBe("own");
  });

  test("foreign pages are removed, and refused as a source of a copy, in every release", async () => {
    const foreign = mapForeign(EXTENDED);
    expect(await releasesOf(foreign, remove(EXTENDED, 0))).toEqual(RELEASES);
    const side = { gmfn: frame(EXTENDED), domid: 0x7ff0, offset: 0 };
    const op = { source: side, dest: { ...side, gmfn: frame(RAM) }, len: 8, flags: 0 };
    const copied = call(20, 5, { count: 1, ops: [op] }, { ret: 0, ops: [{ status: -9 }] });
    expect(await releasesOf(foreign, copied)).toEqual(RELEASES);
  });
});

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

describe("what a call leaves that failed on its way", () => {
  test("a batch of maps: the ops before the fault, and perhaps the one at it", async () => {
    const ops = [0, 1, 2].map((i) => ({ host_addr: address(EXTENDED + i), flags: 2, ref: 8, dom: 1 }));
    const done = { status: 0, handle: 1, dev_bus_addr: address(PEER_FRAME) };
    const partial = call(20, 0, { count: 3, ops }, { ret: -14, ops: [done, {}, {}] });
    expect(await kindAt(EXTENDED, "4.17", partial)).toBe("grant");
    expect(await kindAt(EXTENDED + 1, "4.17", partial)).toBe("unknown");
    expect(await kindAt(EXTENDED + 2, "4.17", partial)).toBe("hole");
  });

  test("acquire_resource: chunks of 32 before the one that failed", async () => {
    const frame_list = Array.from({ length: 40 }, (_, i) => frame(EXTENDED + i));
    const args = { domid: 1, type: 1, id: 0, nr_frames: 40, pad: 0, frame: "0x0", frame_list };
    const failed = call(12, 28, args, { ret: -22 });
    expect(await kindAt(EXTENDED + 31, "4.17", failed)).toBe("unknown");
    expect(await kindAt(EXTENDED + 32, "4.17", failed)).toBe("hole");
    expect(await kindAt(EXTENDED + 38, "4.17", call(12, 28, args, { ret: -5 }))).toBe("unknown");
    expect(await kindAt(EXTENDED + 39, "4.17", call(12, 28, args, { ret: -5 }))).toBe("hole");
  });

  test("a call without its exit may have done what it would do, and nothing that is refused", async () => {
    const enter = (gfn: number) => [decrease([gfn])[0]] as object[];
    expect(await kindAt(RAM, "4.17", enter(RAM))).toBe("unknown");
    expect(await kindAt(EXTENDED, "4.17", enter(EXTENDED))).toBe("hole");
  });

  test("fragments of one call at the HVC: each does its part", async () => {
    const gfns = [RAM, RAM + 1, RAM + 2];
    const first = decrease(gfns, 1 + 64 * 2);
    expect(await broken("4.17", first)).toEqual([]);
    expect(await kindAt(RAM + 1, "4.17", first)).toBe("hole");
    expect(await kindAt(RAM + 2, "4.17", first)).toBe("own");
    const ops = [1, 2].map((handle) => ({
      host_addr: address(EXTENDED + handle),
      dev_bus_addr: "0x0",
      handle,
    }));
    const maps = map({ gfn: EXTENDED + 1, handle: 1 }, { gfn: EXTENDED + 2, handle: 2 });
    const half = call(20, 1, { count: 2, ops }, { ret: 1, ops: [{ status: 0 }, {}] });
    const rest = call(20, 1, { count: 1, ops: [ops[1]] }, { ret: 0, ops: [{ status: 0 }] });
    expect(await broken("4.17", maps, half, rest)).toEqual([]);
    expect(await kindAt(EXTENDED + 2, "4.17", maps, half)).toBe("grant");
    expect(await broken("4.17", maps, half, decrease([RAM]))).toEqual(["H27"]);
  });
});

describe("a plain domain may not name others, nor use large orders", () => {
  const domains = [{ domid: 1, mode: "direct-mapped", ram: [{ gfn: frame(RAM), count: "0x4000" }] }];
  const facts = { domid: 1, roles: [], other_domains: [0] };
  async function contradicted(...events: object[][]): Promise<string[]> {
    const { result } = await replayText(exampleLogWith({ domains, facts }, ...events));
    return result.findings.filter(({ rule }) => rule.startsWith("H")).map(({ rule }) => rule);
  }
  const removal = (ret: number) => call(12, 15, { domid: 0, gpfn: frame(RAM) }, { ret });

  test("-EPERM", async () => {
    expect(await contradicted(removal(-1))).toEqual([]);
    expect(await contradicted(removal(0))).toEqual(["H10"]);
  });
  test("orders above 10, and whether 10 passes is not known", async () => {
    expect(await contradicted(populate([RAM], 0, { extent_order: 11 }))).toEqual([]);
    expect(await contradicted(populate([RAM], 1, { extent_order: 11 }))).toEqual(["H30"]);
    expect(await contradicted(populate([RAM], 0, { extent_order: 10 }))).toEqual([]);
    expect(await contradicted(populate([RAM], 1, { extent_order: 10 }))).toEqual([]);
  });
  test("an exact node", async () => {
    expect(await contradicted(populate([RAM], 0, { mem_flags: 0x20100 }))).toEqual([]);
    expect(await contradicted(populate([RAM], 1, { mem_flags: 0x20100 }))).toEqual(["H02"]);
  });
});
