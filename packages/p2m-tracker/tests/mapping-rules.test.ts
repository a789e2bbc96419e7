import { describe, expect, test } from "vitest";
import {
  call,
  decrease,
  dma,
  EXTENDED,
  exampleLog,
  exampleLogWith,
  frame,
  guestEntry,
  map,
  mapForeign,
  PEER_FRAME,
  placeXenPage,
  populate,
  RAM,
  remove,
  unmap,
} from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";
import { messages, said } from "./rule-findings.ts";

const two = map({ gfn: EXTENDED }, { gfn: EXTENDED + 1, handle: 2, ref: 9, mfn: PEER_FRAME + 1 });

describe("G04, G14, G15: mappings over own RAM", () => {
  const back = [decrease([RAM, RAM + 1]), populate([RAM, RAM + 1])].flat();
  test.each<[string, string, object[], string[]]>([
    ["G04", "only assumed own", map({ gfn: RAM }), ["error 0x80000?"]],
    ["G04", "populated in this log", [...back, ...map({ gfn: RAM })], ["error 0x80000"]],
    ["G04", "a batch", [...back, ...map({ gfn: RAM }, { gfn: RAM + 1, handle: 2 })], ["error 0x80000+2"]],
    ["G04", "removed first", [...remove(RAM), ...map({ gfn: RAM })], []],
    ["G04", "a failed map", map({ gfn: RAM, status: -1 }), []],
    ["G14", "the first shared_info", placeXenPage(0, 0, RAM), ["info 0x80000?"]],
    [
      "G14",
      "a second shared_info",
      [...placeXenPage(0, 0, RAM), ...remove(RAM), ...placeXenPage(0, 0, RAM + 1)],
      ["info 0x80000?", "warning 0x80001?"],
    ],
    ["G14", "a grant-table frame", placeXenPage(1, 0, RAM), ["warning 0x80000?"]],
    ["G14", "a ballooned gfn", [...decrease([RAM]), ...placeXenPage(1, 0, RAM)], []],
    ["G15", "a foreign frame", [...back, ...mapForeign(RAM)], ["error 0x80000"]],
    ["G15", "a failed item", mapForeign(RAM, -22), []],
    [
      "G15",
      "a resource",
      [
        ...back,
        ...call(
          12,
          28,
          { domid: 1, type: 1, id: 0, nr_frames: 1, frame: 0, frame_list: [frame(RAM)] },
          { ret: 0 },
        ),
      ],
      ["error 0x80000"],
    ],
  ])("%s: %s", async (rule, _, events, expected) => {
    expect(await said(rule, exampleLog(events))).toEqual(expected);
  });
  test("a log from boot on is certain of untouched RAM", async () => {
    expect(await said("G04", exampleLogWith({ from_boot: true }, map({ gfn: RAM })))).toEqual([
      "error 0x80000",
    ]);
  });
  test("names the ref and the frame of a single map", async () => {
    const [message] = await messages("G04", exampleLog(map({ gfn: RAM, ref: 53 })));
    expect(message).toContain("ref 53 of domain 1 (frame 0xc8000)");
  });
});

describe("G09 double-map-same-gfn", () => {
  test("within one batch", async () => {
    const log = exampleLog(map({ gfn: EXTENDED }, { gfn: EXTENDED, handle: 2, ref: 9 }));
    expect(await said("G09", log)).toEqual(["error 0x100000"]);
  });
  test("the text follows the version", async () => {
    const events = [...map({ gfn: EXTENDED }), ...map({ gfn: EXTENDED, handle: 2, ref: 9, mfn: 0xc8001 })];
    expect((await messages("G09", exampleLog(events)))[0]).toContain("refused");
    expect((await messages("G09", exampleLogWith({ xen: "4.16" }, events)))[0]).toContain(
      "removes the other",
    );
  });
  const overwritten = [...decrease([RAM]), ...map({ gfn: RAM }), ...populate([RAM]), ...decrease([RAM])];
  test("a handle whose mapping was destroyed still counts", async () => {
    const again = map({ gfn: RAM, handle: 2, ref: 9 });
    expect(await said("G09", exampleLog(overwritten, again))).toEqual(["error 0x80000"]);
    expect(await said("G09", exampleLog(overwritten, unmap(RAM), again))).toEqual([]);
  });
  test("map, unmap, map is right", async () => {
    const log = exampleLog(map({ gfn: EXTENDED }), unmap(EXTENDED), map({ gfn: EXTENDED }), unmap(EXTENDED));
    expect(await said("G09", log)).toEqual([]);
  });
});

describe("G20 handle-leak", () => {
  const ends = (domid: number, what = "destroy") => ({ ev: "domain", domid, what });
  test.each<[string, object[], string[]]>([
    ["a log that is merely cut", two, ["info 0x100000+2"]],
    ["the granter is destroyed", [...two, ends(1)], ["warning 0x100000+2"]],
    [
      "unmapped after the granter's shutdown",
      [...map({ gfn: EXTENDED }), ends(1, "shutdown"), ...unmap(EXTENDED)],
      [],
    ],
    ["the mapping domain suspends", [...two, ends(0, "suspend"), ...unmap(EXTENDED)], ["info 0x100001"]],
    ["the mapping domain ends", [...two, ends(0, "shutdown")], ["warning 0x100000+2"]],
    ["mapped after the granter came back", [ends(1), ends(1, "boot"), ...two], ["info 0x100000+2"]],
    ["all unmapped", [...map({ gfn: EXTENDED }), ...unmap(EXTENDED), ends(1), ends(0)], []],
    [
      "gfns apart",
      [...map({ gfn: EXTENDED }, { gfn: EXTENDED + 2, handle: 2 })],
      ["info 0x100000", "info 0x100002"],
    ],
  ])("%s", async (_, events, expected) => {
    expect(await said("G20", exampleLog(events))).toEqual(expected);
  });
});

describe("G21 to G23: unmaps that go wrong", () => {
  test.each<[string, string, object[], string[]]>([
    ["G21", "host_addr 0", [...two, ...unmap(0)], ["error 0x100000"]],
    ["G21", "host_addr 0 of a handle from before the log", unmap(0, 77), ["error -"]],
    ["G21", "host_addr 0 of no handle", unmap(0, 77, -4), []],
    ["G21", "the right address", [...two, ...unmap(EXTENDED)], []],
    ["G22", "refused", [...two, ...unmap(EXTENDED + 1, 1, -1)], ["error 0x100001"]],
    ["G22", "a hole elsewhere", [...two, ...unmap(EXTENDED + 5, 1, 0)], ["error 0x100005"]],
    ["G22", "an offset in the page", [...two, ...unmapAt(EXTENDED * 4096 + 8, 1)], []],
    ["G22", "a handle from before the log", unmap(EXTENDED, 77), []],
    ["G22", "host_addr 0", [...two, ...unmap(0)], []],
    ["G23", "released before", [...two, ...unmap(EXTENDED), ...unmap(EXTENDED, 1, -4)], ["error 0x100000"]],
    ["G23", "never seen, and refused", unmap(EXTENDED, 77, -4), ["error 0x100000"]],
    ["G23", "never seen, and done", unmap(EXTENDED, 77), []],
    ["G23", "the invalid handle, which hits nothing", unmap(EXTENDED, 0xffffffff, -4), ["info -"]],
    ["G23", "refused for another reason", [...two, ...unmap(EXTENDED + 1, 1, -1)], []],
    ["G23", "a number given out anew", [...two, ...unmap(EXTENDED), ...two, ...unmap(EXTENDED)], []],
  ])("%s: %s", async (rule, _, events, expected) => {
    expect(await said(rule, exampleLog(events))).toEqual(expected);
  });
  test("G22 before 4.17 says that another mapping went", async () => {
    const log = exampleLogWith({ xen: "4.16" }, two, unmap(EXTENDED + 1, 1));
    expect((await messages("G22", log))[0]).toContain("removes whatever that gfn held");
  });
  test("G23 names each handle", async () => {
    const again = call(
      20,
      1,
      {
        count: 2,
        ops: [
          { host_addr: frame(EXTENDED * 4096), dev_bus_addr: 0, handle: 1 },
          { host_addr: frame((EXTENDED + 1) * 4096), dev_bus_addr: 0, handle: 2 },
        ],
      },
      { ret: 0, ops: [{ status: -4 }, { status: -4 }] },
    );
    const log = exampleLog(two, unmap(EXTENDED), unmap(EXTENDED + 1, 2), again);
    expect(await messages("G23", log)).toEqual([
      "unmap_grant_ref names handle 1, which was released at event 4: bad_handle",
      "unmap_grant_ref names handle 2, which was released at event 6: bad_handle",
    ]);
  });
});

function unmapAt(address: number, handle: number): object[] {
  const op = { host_addr: frame(address), dev_bus_addr: "0x0", handle };
  return call(20, 1, { count: 1, ops: [op] }, { ret: 0, ops: [{ status: 0 }] });
}

describe("G24 status-ignored", () => {
  const failed = map({ gfn: EXTENDED, status: -3 });
  test.each<[string, object[], string[]]>([
    ["an unmap of a handle that is not live", [...failed, ...unmap(EXTENDED, 0, -4)], ["error 0x100000"]],
    ["an unmap of the invalid handle", [...failed, ...unmap(EXTENDED, 0xffffffff, -4)], []],
    ["said once", [...failed, ...unmap(EXTENDED, 0, -4), ...unmap(EXTENDED, 0, -4)], ["error 0x100000"]],
    ["a DMA", [...failed, dma(EXTENDED, EXTENDED)], ["error 0x100000"]],
    ["an entry of the guest's table", [...failed, guestEntry(EXTENDED, 0)], ["error 0x100000"]],
    ["an entry erased", [...failed, guestEntry(EXTENDED, -1)], []],
    ["a retry", [...failed, ...map({ gfn: EXTENDED }), dma(EXTENDED, PEER_FRAME), ...unmap(EXTENDED)], []],
    [
      "a live handle's unmap at the wrong address",
      [...two, ...map({ gfn: EXTENDED + 2, status: -3 }), ...unmap(EXTENDED + 2, 1, 0)],
      [],
    ],
    ["RAM there", [...map({ gfn: RAM, status: -3 }), dma(RAM, RAM)], []],
    [
      "a populate",
      [...decrease([RAM]), ...map({ gfn: RAM, status: -3 }), ...populate([RAM]), dma(RAM, RAM)],
      [],
    ],
    ["an old handle's unmap", [...failed, ...unmap(EXTENDED, 77)], []],
  ])("%s", async (_, events, expected) => {
    expect(await said("G24", exampleLog(events))).toEqual(expected);
  });
});

describe("G25 errs-ignored and G26 remove-ignored-failure", () => {
  const failed = mapForeign(EXTENDED, -22);
  const stale = [...mapForeign(EXTENDED), ...remove(EXTENDED, -12)];
  test.each<[string, string, object[], string[]]>([
    ["G25", "a remove", [...failed, ...remove(EXTENDED, -2)], ["error 0x100000"]],
    ["G25", "a DMA", [...failed, dma(EXTENDED, EXTENDED)], ["error 0x100000"]],
    ["G25", "a retry", [...failed, ...mapForeign(EXTENDED), ...remove(EXTENDED)], []],
    ["G25", "a grant mapped there", [...failed, ...map({ gfn: EXTENDED }), dma(EXTENDED, PEER_FRAME)], []],
    ["G25", "RAM that stayed", [...mapForeign(RAM, -22), dma(RAM, RAM)], []],
    ["G26", "another map", [...stale, ...map({ gfn: EXTENDED })], ["warning 0x100000"]],
    ["G26", "another foreign map", [...stale, ...mapForeign(EXTENDED)], ["warning 0x100000"]],
    ["G26", "a DMA", [...stale, dma(EXTENDED, EXTENDED)], ["warning 0x100000"]],
    ["G26", "a second remove", [...stale, ...remove(EXTENDED), ...map({ gfn: EXTENDED })], []],
    [
      "G26",
      "RAM that could not be removed",
      [...remove(RAM, -12), ...map({ gfn: RAM })],
      ["warning 0x80000"],
    ],
    ["G26", "a hole all the time", [...remove(EXTENDED, -2), ...map({ gfn: EXTENDED })], []],
    ["G26", "RAM that was a hole after all", [...remove(RAM, -2), ...map({ gfn: RAM })], []],
    [
      "G26",
      "a populate puts it right",
      [...decrease([RAM]), ...mapForeign(RAM), ...remove(RAM, -12), ...populate([RAM])],
      [],
    ],
  ])("%s: %s", async (rule, _, events, expected) => {
    expect(await said(rule, exampleLog(events))).toEqual(expected);
  });
});

describe("G27 remove-grant-by-physmap", () => {
  test("another domain's grant stays", async () => {
    const log = exampleLog(two, remove(EXTENDED, -2), unmap(EXTENDED));
    expect(await messages("G27", log)).toEqual([
      "remove_from_physmap names a gfn that handle 1 (ref 8 of domain 1) is mapped at: the grant stays mapped; made good at event 6",
    ]);
  });
  test("a self-grant goes and leaves its handle", async () => {
    const log = exampleLog(map({ gfn: EXTENDED, dom: 0, mfn: RAM }), remove(EXTENDED));
    expect((await messages("G27", log))[0]).toContain("becomes a hole");
  });
});

describe("G28 map-to-owned-hole-in-use", () => {
  const facts = { facts: { domid: 0, holes: [frame(RAM)] } };
  test.each<[string, object, object[], string[]]>([
    ["a hole from before", { from_boot: true, ...facts }, map({ gfn: RAM }), ["warning 0x80000"]],
    ["a log that began late", facts, map({ gfn: RAM }), []],
    ["a hole of its own", { from_boot: true }, [...decrease([RAM]), ...map({ gfn: RAM })], []],
    ["an extended region", { from_boot: true }, map({ gfn: EXTENDED }), []],
  ])("%s", async (_, header, events, expected) => {
    expect(await said("G28", exampleLogWith(header, events))).toEqual(expected);
  });
});

describe("G29 outside-safe-space and G30 overlaps-reserved-window", () => {
  const withDevice = {
    domains: [
      {
        domid: 0,
        mode: "direct-mapped",
        ram: [{ gfn: frame(RAM), count: "0x4000" }],
        regions: [
          { name: "extended", gfn: frame(EXTENDED), count: "0x10000" },
          { name: "grant-table", gfn: "0x38000", count: "0x40" },
          { name: "mmio:/soc/eth", gfn: "0x5000", count: "0x2" },
        ],
      },
      { domid: 1, mode: "translated" },
    ],
    facts: { domid: 0, dev_mmio_maps: ["0x5000", "0x5001"], roles: ["hardware"] },
  };
  const mmio = (idx: number, gpfn: number) =>
    call(12, 7, { domid: "0x7ff0", size: 0, space: 5, idx: frame(idx), gpfn: frame(gpfn) }, { ret: 0 });
  test.each<[string, string, object[], string[]]>([
    ["G29", "own RAM", map({ gfn: RAM }), ["warning 0x80000?"]],
    ["G29", "ballooned RAM", [...decrease([RAM]), ...map({ gfn: RAM })], []],
    ["G29", "removed RAM", [...remove(RAM), ...map({ gfn: RAM })], []],
    ["G29", "nowhere", mapForeign(0x50000), ["warning 0x50000"]],
    ["G29", "a grant frame in its window", placeXenPage(1, 0, 0x38000), []],
    ["G29", "shared_info over RAM is G14's", placeXenPage(0, 0, RAM), []],
    ["G29", "an MMIO map", mmio(0x5000, 0x5000), []],
    ["G30", "a grant over a device", map({ gfn: 0x5000 }), ["error 0x5000"]],
    ["G30", "the device's own registers", mmio(0x5000, 0x5000), []],
    ["G30", "another device's registers", mmio(0x5001, 0x5000), ["error 0x5000"]],
    ["G30", "a grant frame in its window", placeXenPage(1, 0, 0x38000), []],
    ["G30", "a grant in the grant window", map({ gfn: 0x38001 }), ["error 0x38001"]],
    ["G30", "removing a grant frame", [...placeXenPage(1, 0, 0x38000), ...remove(0x38000)], []],
    ["G30", "an extended region", map({ gfn: EXTENDED }), []],
  ])("%s: %s", async (rule, _, events, expected) => {
    expect(await said(rule, exampleLogWith(withDevice, events))).toEqual(expected);
  });
  test("without regions nothing is said, and the rules are undecided", async () => {
    const domains = [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: frame(RAM), count: "0x4000" }] }];
    const { result } = await replayText(exampleLogWith({ domains }, map({ gfn: 0x8000 })));
    expect(result.findings.filter(({ rule }) => rule === "G29" || rule === "G30")).toEqual([]);
    expect(result.undecided.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["G29", "G30"]));
  });
});
