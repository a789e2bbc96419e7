import { describe, expect, test } from "vitest";
import {
  call,
  decrease,
  dma,
  EXTENDED,
  exampleLog,
  exampleLogWith,
  frame,
  map,
  mapForeign,
  placeXenPage,
  populate,
  RAM,
  remove,
  unmap,
} from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";
import { said } from "./rule-findings.ts";

const PEER = { domid: 1, mode: "translated" };
const DM_PEER = { domid: 1, mode: "direct-mapped", ram: [{ gfn: "0xa0000", count: "0x1000" }] };
const OWN_RAM = [{ gfn: frame(RAM), count: "0x4000" }];

async function one(rule: string, log: string) {
  const { result } = await replayText(log);
  const found = result.findings.filter((finding) => finding.rule === rule);
  expect(found).toHaveLength(1);
  return found[0];
}

describe("G01 populate-not-owned", () => {
  const order = { extent_order: 4 };
  test("an extent whose tail leaves the bank names the frames that are missing", async () => {
    const log = exampleLog(populate([RAM + 0x3ff8], 0, order));
    expect(await said("G01", log)).toEqual(["error 0x84000+8"]);
  });
  test("speaks of another direct-mapped domain whose memory is listed, with advice for magic pages", async () => {
    const args = { domid: 1, nr_extents: 1, extents: ["0x39001"] };
    const toolstack = call(12, 6, args, { ret: 0 });
    const found = await one(
      "G01",
      exampleLogWith({ domains: [{ domid: 0, mode: "direct-mapped" }, DM_PEER] }, toolstack),
    );
    expect(found.domid).toBe(1);
    expect(found.fix).toContain("HVM_PARAM_STORE_PFN");
  });
  test("gives no verdict where that domain's memory is not listed", async () => {
    const args = { domid: 1, nr_extents: 1, extents: ["0x39001"] };
    expect(await said("G01", exampleLog(call(12, 6, args, { ret: 0 })))).toEqual([]);
  });
  test("is silent where Xen says that it did the extent: the frame is owned then", async () => {
    expect(await said("G01", exampleLog(populate([0x39001], 1)))).toEqual([]);
  });
  test("a retry is the same mistake", async () => {
    const log = exampleLog(populate([0x39001], 0), populate([0x39001], 0), populate([0x39002], 0));
    expect(await said("G01", log)).toEqual(["error 0x39001", "error 0x39002"]);
  });
  test("says nothing of a domain that is not direct-mapped", async () => {
    const domains = [{ domid: 0, mode: "static", ram: OWN_RAM, regions: [] }, PEER];
    expect(await said("G01", exampleLogWith({ domains }, populate([0x39001], 0)))).toEqual([]);
  });
});

describe("G02 short-count-ignored", () => {
  const short = [decrease([RAM, RAM + 1]), populate([RAM, RAM + 1], 1)].flat();
  test.each<[string, object[], string[]]>([
    ["a DMA", [dma(RAM + 1, RAM + 1), dma(RAM + 1, RAM + 1)], ["error 0x80001"]],
    ["a grant entry", [{ ev: "grant", ref: 8, dom: 1, gfn: frame(RAM + 1), ro: false }], ["error 0x80001"]],
    ["a second decrease", decrease([RAM + 1], 0), ["error 0x80001"]],
    ["a remove", remove(RAM + 1, -2), ["error 0x80001"]],
    ["a retry of the populate", populate([RAM + 1], 0), []],
    ["the extent that was done", [dma(RAM, RAM)], []],
    ["a grant mapped at the hole", map({ gfn: RAM + 1 }), []],
    ["a use after the populate succeeded", [...populate([RAM + 1]), dma(RAM + 1, RAM + 1)], []],
  ])("after a short populate: %s", async (_, events, expected) => {
    expect(await said("G02", exampleLog(short, events))).toEqual(expected);
  });
  test.each<[string, object[], string[]]>([
    ["a grant mapped over what is still RAM", map({ gfn: RAM + 3 }), ["error 0x80003"]],
    ["a foreign frame mapped over it", mapForeign(RAM + 3), ["error 0x80003"]],
    ["a grant at what was given back", map({ gfn: RAM + 2 }), []],
    ["a retry of the decrease", [...decrease([RAM + 3]), ...map({ gfn: RAM + 3 })], []],
    ["a populate of it", populate([RAM + 3]), []],
  ])("after a short decrease: %s", async (_, events, expected) => {
    expect(await said("G02", exampleLog(decrease([RAM + 2, RAM + 3], 1), events))).toEqual(expected);
  });
  test("a fragment that Xen continues is not short", async () => {
    const fragments = [
      ...decrease([RAM, RAM + 1, RAM + 2, RAM + 3], 1 + 64 * 2),
      ...decrease([RAM, RAM + 1, RAM + 2, RAM + 3], 4, { start_extent: 2 }),
    ];
    expect(await said("G02", exampleLog(fragments, map({ gfn: RAM + 3 })))).toEqual([]);
  });
});

describe("G03 short-inflate", () => {
  const order = { extent_order: 2 };
  const stopped = [decrease([RAM + 3]), decrease([RAM], 0, order)].flat();
  test("names the frames that went, where the log ends with them lost", async () => {
    const found = await one("G03", exampleLog(stopped));
    expect(found).toMatchObject({ gfn: RAM, count: 3, severity: "error", certain: true, causeEvent: 4 });
  });
  test("a use is reported where it happens", async () => {
    const log = exampleLog(stopped, dma(RAM + 1, RAM + 1));
    expect(await said("G03", log)).toEqual(["error 0x80001", "error 0x80000", "error 0x80002"]);
  });
  test.each<[string, object[]]>([
    ["the whole extent is populated again", [...stopped, ...populate([RAM], 1, order)]],
    ["nothing went before the bad frame", [...decrease([RAM]), ...decrease([RAM], 0, order)]],
    ["the order is 0", [...decrease([RAM + 1]), ...decrease([RAM, RAM + 1], 1)]],
    ["the extent is done", decrease([RAM], 1, order)],
  ])("is silent where %s", async (_, events) => {
    expect(await said("G03", exampleLog(events))).toEqual([]);
  });
  test("is not certain where Xen does not say why it stopped", async () => {
    expect(await said("G03", exampleLog(decrease([RAM], 0, order)))).toEqual(["error 0x80000+4?"]);
  });
});

describe("G05 no-repopulate", () => {
  const cycle = [...decrease([RAM]), ...map({ gfn: RAM }), ...unmap(RAM)];
  test.each<[string, object[], string[]]>([
    ["a ballooned hole at the end", decrease([RAM, RAM + 1]), ["info 0x80000+2"]],
    ["the same after a map and unmap", cycle, ["info 0x80000"]],
    ["own RAM removed", remove(RAM), ["warning 0x80000"]],
    ["own RAM hidden by a grant that is gone", [...map({ gfn: RAM }), ...unmap(RAM)], ["warning 0x80000"]],
    ["an extended region", [...map({ gfn: EXTENDED }), ...unmap(EXTENDED)], []],
    ["a populate", [...cycle, ...populate([RAM])], []],
    ["another map", [...cycle, ...map({ gfn: RAM })], []],
    ["a DMA, said once", [...cycle, dma(RAM, RAM), dma(RAM, RAM)], ["error 0x80000"]],
    ["a decrease as of RAM", [...cycle, ...decrease([RAM], 0)], ["error 0x80000"]],
    [
      "a grant entry",
      [...cycle, { ev: "grant", ref: 8, dom: 1, gfn: frame(RAM), ro: false }],
      ["error 0x80000"],
    ],
    ["a DMA to a hole that only the balloon made", [...decrease([RAM]), dma(RAM, RAM)], ["info 0x80000"]],
  ])("%s", async (_, events, expected) => {
    expect(await said("G05", exampleLog(events))).toEqual(expected);
  });
});

describe("G11 superpage-over-foreign", () => {
  const hole = decrease([RAM], 1, { extent_order: 2 });
  const whole = populate([RAM], 1, { extent_order: 2 });
  test.each<[string, object[], string[]]>([
    ["grants side by side", map({ gfn: RAM }, { gfn: RAM + 1, handle: 2, ref: 9 }), ["error 0x80000+2"]],
    ["a page of Xen's", placeXenPage(1, 0, RAM + 2), ["error 0x80002"]],
    ["holes only", [], []],
  ])("%s", async (_, events, expected) => {
    expect(await said("G11", exampleLog(hole, events, whole))).toEqual(expected);
  });
  test("order 0 over a grant is G10's", async () => {
    const log = exampleLog(decrease([RAM]), map({ gfn: RAM }), populate([RAM]));
    expect(await said("G11", log)).toEqual([]);
    expect(await said("G10", log)).toEqual(["error 0x80000"]);
  });
});

describe("G12 balloon-out-foreign", () => {
  test.each<[string, object[], string[]]>([
    ["a hole", [...decrease([RAM]), ...decrease([RAM], 0)], ["warning 0x80000"]],
    ["a foreign frame", [...mapForeign(EXTENDED), ...decrease([EXTENDED], 0)], ["warning 0x100000"]],
    ["own RAM", decrease([RAM]), []],
    ["a page of Xen's", [...placeXenPage(1, 0, EXTENDED), ...decrease([EXTENDED])], []],
    [
      "a self-grant, whose handle is left",
      [...map({ gfn: EXTENDED, dom: 0, mfn: RAM }), ...decrease([EXTENDED])],
      ["warning 0x100000"],
    ],
    ["a hole that Xen took all the same", [...decrease([RAM]), ...decrease([RAM])], []],
    ["a gfn that nothing is known of", decrease([0x50000], 0), []],
  ])("%s", async (_, events, expected) => {
    expect(await said("G12", exampleLog(events))).toEqual(expected);
  });
});

describe("G13 balloon-out-granted", () => {
  const grants = [{ ref: 8, dom: 1, gfn: frame(RAM), ro: false }];
  const ram = (mode: string) => ({ domains: [{ domid: 0, mode, ram: OWN_RAM, regions: [] }, PEER], grants });
  test.each<[string, object, object[], string[]]>([
    ["direct-mapped", ram("direct-mapped"), decrease([RAM, RAM + 1]), ["warning 0x80000"]],
    ["translated", ram("translated"), remove(RAM), ["error 0x80000"]],
    ["static", ram("static"), decrease([RAM]), ["error 0x80000"]],
    ["another frame", ram("static"), decrease([RAM + 1]), []],
    ["an entry that was ended", ram("static"), [{ ev: "ungrant", ref: 8 }, ...decrease([RAM])], []],
    [
      "an entry that names another frame now",
      ram("static"),
      [{ ev: "grant", ref: 8, dom: 1, gfn: frame(RAM + 5), ro: false }, ...decrease([RAM])],
      [],
    ],
    [
      "records were lost: it may have been ended",
      ram("static"),
      [...decrease([RAM + 1]), { ev: "lost", count: 3 }, ...decrease([RAM])],
      [],
    ],
    [
      "no entry is known, but the domain's own map of the frame is live",
      {},
      [...map({ gfn: EXTENDED, dom: 0, mfn: RAM }), ...decrease([RAM])],
      ["warning 0x80000"],
    ],
    [
      "its map is gone",
      {},
      [...map({ gfn: EXTENDED, dom: 0, mfn: RAM }), ...unmap(EXTENDED), ...decrease([RAM])],
      [],
    ],
  ])("%s", async (_, header, events, expected) => {
    expect(await said("G13", exampleLogWith(header, events))).toEqual(expected);
  });
});
