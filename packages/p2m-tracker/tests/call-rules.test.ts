import { describe, expect, test } from "vitest";
import {
  address,
  call,
  decrease,
  dma,
  EXTENDED,
  exampleLog,
  exampleLogWith,
  frame,
  map,
  PEER_FRAME,
  populate,
  RAM,
  remove,
  unmap,
} from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";
import { messages, said } from "./rule-findings.ts";

function domainEvent(domid: number, what: string): object {
  return { ev: "domain", domid, what };
}

/** A DMA of some pages as one range. */
function bufferDma(gfn: number, busMfn: number, pages: number): object {
  const segments = [{ phys: address(gfn), bus: address(busMfn), size: pages * 4096 }];
  return { ev: "dma", pid: 7, op: "map", dir: "TO_DEVICE", dev: "disk", segments };
}

describe("G19: buffers of several pages", () => {
  const apart = map(
    { gfn: EXTENDED, mfn: PEER_FRAME },
    { gfn: EXTENDED + 1, mfn: PEER_FRAME + 5, handle: 2 },
  );
  test.each<[string, object[], string[]]>([
    ["frames apart", [...apart, bufferDma(EXTENDED, PEER_FRAME, 2)], ["warning 0x100000+2"]],
    [
      "right for the second page only",
      [...apart, bufferDma(EXTENDED, PEER_FRAME + 4, 2)],
      ["warning 0x100000+2"],
    ],
    ["bounced", [...apart, bufferDma(EXTENDED, RAM + 0x100, 2)], []],
    ["one page each", [...apart, dma(EXTENDED, PEER_FRAME), dma(EXTENDED + 1, PEER_FRAME + 5)], []],
    ["own RAM", [bufferDma(RAM, RAM, 16)], []],
    [
      "a grant behind own RAM",
      [...map({ gfn: RAM + 1, mfn: PEER_FRAME }), bufferDma(RAM, RAM, 2)],
      ["warning 0x80000+2"],
    ],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G19", exampleLog(events))).toEqual(expected);
  });
});

describe("G33, G34, G35: arguments that Arm refuses or changes", () => {
  test("names the flags", async () => {
    const log = exampleLog(map({ gfn: EXTENDED, flags: 0x30013, status: -1 }));
    expect(await messages("G33", log)).toEqual([
      "map_grant_ref with GNTMAP_device_map, GNTMAP_contains_pte, guest_avail bits: Arm maps grants by GNTMAP_host_map only",
    ]);
  });
  test("one finding for neighbouring gfns", async () => {
    const ops = [0, 1, 2].map((i) => ({ gfn: EXTENDED + i, dom: 0x7ff0, status: -2 }));
    expect(await said("G34", exampleLog(map(...ops)))).toEqual(["error 0x100000+3"]);
  });
  test("an unmap at an offset too", async () => {
    const op = { host_addr: "0x100000010", dev_bus_addr: "0x0", handle: 1 };
    const log = exampleLog(
      map({ gfn: EXTENDED }),
      call(20, 1, { count: 1, ops: [op] }, { ret: 0, ops: [{ status: 0 }] }),
    );
    expect(await said("G35", log)).toEqual(["warning 0x100000"]);
  });
});

describe("G36: grants to oneself", () => {
  test("one finding per call", async () => {
    const ops = [0, 1, 5].map((i) => ({ gfn: EXTENDED + i, dom: 0, ref: 8 + i, handle: i, mfn: RAM + i }));
    expect(await said("G36", exampleLog(map(...ops)))).toEqual(["info 0x100000+2"]);
  });
  test("a failed one is none", async () => {
    expect(await said("G36", exampleLog(map({ gfn: EXTENDED, dom: 0, status: -1 })))).toEqual([]);
  });
});

describe("G38: devices of a domain that is not 1:1", () => {
  const domain = { domid: 2, mode: "translated", ram: [{ gfn: "0x80000", count: "0x4000" }] };
  const disk = dma(RAM, RAM);
  const plain = { domains: [{ ...domain, iommu: false }] };
  test.each<[string, object, object[], string[]]>([
    ["once per device", plain, [disk, disk, { ...disk, dev: "net" }], ["error 0x80000", "error 0x80000"]],
    ["a virtio device", plain, [{ ...disk, dev: "a003e00.virtio_mmio" }], []],
    ["an IOMMU", { domains: [{ ...domain, iommu: true }] }, [disk], []],
    ["an IOMMU that nothing tells of", { domains: [domain] }, [disk], []],
    ["a bus address that is no gfn", plain, [dma(RAM, PEER_FRAME)], []],
    [
      "old Xen, a domU",
      { domains: [{ domid: 2, mode: "translated", iommu: false }], features: [] },
      [disk],
      ["error 0x80000"],
    ],
  ])("%s", async (_what, header, events, expected) => {
    expect(await said("G38", exampleLogWith(header, events))).toEqual(expected);
  });
});

describe("G40: maps and unmaps of a ref", () => {
  const two = map({ gfn: EXTENDED, ref: 8 }, { gfn: EXTENDED + 1, ref: 8, handle: 2 });
  test.each<[string, object[], string[]]>([
    ["a log that is merely cut", two, ["info -"]],
    ["the granter ends", [...two, domainEvent(1, "destroy")], ["warning -"]],
    ["the mapper suspends", [...two, domainEvent(0, "suspend"), domainEvent(0, "resume")], ["info -"]],
    ["the mapper ends", [...two, domainEvent(0, "shutdown")], ["warning -"]],
    [
      "the granter suspends and resumes",
      [...two, domainEvent(1, "suspend"), domainEvent(1, "resume")],
      ["info -"],
    ],
    [
      "unmapped after the granter's end",
      [...two, domainEvent(1, "destroy"), ...unmap(EXTENDED, 1), ...unmap(EXTENDED + 1, 2)],
      [],
    ],
    ["another domain ends", [...two, domainEvent(5, "destroy")], ["info -"]],
    ["mapped after the end", [domainEvent(1, "shutdown"), ...two], ["info -"]],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G40", exampleLog(events))).toEqual(expected);
  });

  test("names the refs, some of them", async () => {
    const ops = Array.from({ length: 11 }, (_, i) => ({ gfn: EXTENDED + i, ref: 20 + (i >> 1), handle: i }));
    expect(await messages("G40", exampleLog(map(...ops)))).toEqual([
      "11 maps of domain 1's refs 20 (2 maps), 21 (2 maps), 22 (2 maps), 23 (2 maps), 24 (2 maps), 25 have no effective unmap: the log ends before their unmaps",
    ]);
  });
});

describe("G41: grants of holes", () => {
  const grant = (gfn: number): object => ({ ev: "grant", ref: 8, dom: 0, gfn: frame(gfn), ro: false });
  const failing = map({ gfn: EXTENDED, dom: 0, ref: 8, status: -9 });
  test.each<[string, object[], string[]]>([
    ["the peer's map fails too", [...decrease([RAM]), grant(RAM), ...failing], ["error 0x80000?"]],
    ["again and again", [grant(RAM), ...decrease([RAM]), ...failing, ...failing], ["error 0x80000"]],
    [
      "populated only after the granting",
      [...decrease([RAM]), grant(RAM), ...populate([RAM])],
      ["error 0x80000?"],
    ],
    ["populated before", [...decrease([RAM]), ...populate([RAM]), grant(RAM)], []],
    ["a hole that an unmap left is G05's", [...map({ gfn: RAM }), ...unmap(RAM), grant(RAM)], []],
    [
      "until the peer's map fails",
      [...map({ gfn: RAM }), ...unmap(RAM), grant(RAM), ...failing],
      ["error 0x80000"],
    ],
    ["an extended region that this log never touched", [grant(EXTENDED + 7)], []],
    ["ended", [...decrease([RAM]), { ev: "ungrant", ref: 8 }], []],
    ["ballooned out later", [grant(RAM), ...decrease([RAM]), ...failing], ["error 0x80000"]],
    ["a gfn that nothing is known of", [grant(0x500), ...failing], []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G41", exampleLog(events))).toEqual(expected);
  });
});

describe("G43: batches that failed half way", () => {
  const batch = (ret: number, errs: (number | null)[]): object[] => {
    const args = { domid: 0x7ff0, space: 4, size: 2, foreign_domid: 1, idxs: ["0x40000", "0x40001"] };
    return call(12, 23, { ...args, gpfns: [frame(EXTENDED), frame(EXTENDED + 1)] }, { ret, errs });
  };
  const resource = (nr: number, ret = -5): object[] => {
    const list = Array.from({ length: nr }, (_, i) => frame(EXTENDED + i));
    return call(
      12,
      28,
      { domid: 1, type: 1, id: 0, nr_frames: nr, pad: 0, frame: "0x0", frame_list: list },
      { ret },
    );
  };
  test.each<[string, object[], string[]]>([
    ["a first item done", batch(-14, [0, null]), ["info -", "error 0x100000"]],
    ["a first item done, and removed", [...batch(-14, [0, null]), ...remove(EXTENDED)], ["info -"]],
    ["nothing done", batch(-14, [null, null]), []],
    ["a failed item, but the call went on", batch(0, [0, -22]), []],
    ["some frames of a resource", resource(3), ["info -", "error 0x100000", "error 0x100001?"]],
    [
      "all removed, of which the last held nothing",
      [...resource(3), ...remove(EXTENDED), ...remove(EXTENDED + 1, -2), ...remove(EXTENDED + 2, -2)],
      ["info -"],
    ],
    [
      "a grant over what may be mapped",
      [...resource(3), ...remove(EXTENDED), ...map({ gfn: EXTENDED + 1 })],
      ["info -", "error 0x100001?"],
    ],
    ["a chunk that fails with its own errno", resource(3, -12), []],
    [
      "a later chunk that does",
      [...resource(40, -12), ...remove(EXTENDED)],
      ["info -", "error 0x100001+31?"],
    ],
    ["one frame cannot be done in part", resource(1), []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G43", exampleLog(events))).toEqual(expected);
  });
});

describe("informational rules say it once", () => {
  test("per domain, with the first place", async () => {
    const log = exampleLog(decrease([RAM, RAM + 1]), populate([RAM, RAM + 1]), decrease([RAM + 0x200]));
    expect(await messages("I02", log)).toEqual([
      "2 blocks of 2 MiB of own RAM were broken up by 4 KiB changes, first for gfn 0x80000 at event 2",
    ]);
    expect(await messages("I03", log)).toEqual([
      "3 frames ballooned out, first gfn 0x80000 at event 2: on a direct-mapped domain this gives Xen no memory back",
    ]);
  });
  test("what a late log only assumes is no second populate", async () => {
    expect(await said("I12", exampleLog(populate([RAM])))).toEqual([]);
    expect(await said("I12", exampleLogWith({ from_boot: true }, populate([RAM])))).toEqual(["info -"]);
  });
});

describe("ops that the log counts but does not hold", () => {
  test.each<[string, object, object, number]>([
    ["cut by the recorder", { count: 3, ops: [{ host_addr: "0x0", handle: 1 }] }, { ret: 0 }, 2],
    ["not readable for Xen either", { fault: true, arg: "0x10", count: 3 }, { ret: -14 }, 0],
  ])("%s", async (_name, args, exit, missing) => {
    const { result } = await replayText(exampleLog(...call(20, 1, args, exit)));
    expect(result.counters.opsNotRecorded).toBe(missing);
  });
});

describe("extents that the log counts of a list that Xen could not read", () => {
  test.each([
    ["unreadable", { extents: null }],
    ["unreadable, the order not recorded", { extents: null, extent_order: undefined }],
    ["a null handle", { extents: undefined }],
  ])("%s", async (_name, args) => {
    for (const reservation of [decrease, populate]) {
      const { result, problems } = await replayText(exampleLog(...reservation([RAM], 1, args)));
      expect(problems).toEqual([]);
      expect(result.counters.forgotten.size).toBe(1);
      expect(result.findings.map((finding) => finding.rule)).toContain(
        reservation === decrease ? "H04" : "H02",
      );
    }
  });
});
