import { describe, expect, test } from "vitest";
import { address, dma, EXTENDED, exampleLogWith, frame, map, RAM } from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";
import { messages, said } from "./rule-findings.ts";

const OFFSET = 0x40000;
const header = (device?: object) => ({
  from_boot: true,
  domains: [
    {
      domid: 0,
      mode: "direct-mapped",
      ram: [{ gfn: "0x80000", count: "0x4000" }],
      iommu: false,
      ...(device && { devices: [{ dev: "disk", ...device }] }),
    },
  ],
});
const off = (gfn: number, distance = OFFSET) => dma(gfn, gfn - distance);

describe("G53: devices whose addresses are off by the same", () => {
  test.each<[string, object[], string[], string[]]>([
    ["two pages", [off(RAM), off(RAM + 5)], ["warning 0x80000?"], []],
    ["one page", [off(RAM)], [], ["error 0x80000"]],
    [
      "several pages of one DMA",
      [{ ...off(RAM), segments: [{ phys: address(RAM), bus: address(RAM - OFFSET), size: 8192 }] }],
      [],
      ["error 0x80000+2"],
    ],
    ["one page again and again", [off(RAM), off(RAM)], [], ["error 0x80000"]],
    ["different distances", [off(RAM), off(RAM + 5, 0x30000)], [], ["error 0x80000", "error 0x80005"]],
    ["right before", [dma(RAM, RAM), off(RAM + 1), off(RAM + 2)], [], ["error 0x80001", "error 0x80002"]],
    [
      "right afterwards",
      [off(RAM), dma(RAM + 1, RAM + 1), off(RAM + 2)],
      [],
      ["error 0x80000", "error 0x80002"],
    ],
  ])("%s", async (_what, events, offsets, frames) => {
    const log = exampleLogWith(header(), events);
    expect(await said("G53", log)).toEqual(offsets);
    expect(await said("G45", log)).toEqual(frames);
  });

  test("a log that began late needs more of them", async () => {
    const late = { ...header(), from_boot: false };
    const offs = [off(RAM), off(RAM + 5), off(RAM + 9), off(RAM + 12)];
    expect(await said("G53", exampleLogWith(late, offs.slice(0, 3)))).toEqual([]);
    expect(await said("G53", exampleLogWith(late, offs))).toEqual(["warning 0x80000?"]);
  });

  test("a distance that the specification declares is right", async () => {
    const log = exampleLogWith(header({ dma_offset: address(OFFSET) }), [off(RAM), off(RAM + 5)]);
    expect(await said("G53", log)).toEqual([]);
    expect(await said("G45", log)).toEqual([]);
  });

  test("so is one that is added, and the finding says how to declare it", async () => {
    const added = [off(RAM, -OFFSET), off(RAM + 5, -OFFSET)];
    const { result } = await replayText(exampleLogWith(header(), added));
    const [finding] = result.findings.filter(({ rule }) => rule === "G53");
    expect(finding.message).toContain("every DMA of disk uses its machine address plus 0x40000000 (2 pages");
    expect(finding.fix).toContain('"devices":[{"dev":"disk","dma_offset":"-0x40000000"}]');
    for (const declared of ["-0x40000000", "0xffffffffc0000000", -0x40000000]) {
      const log = exampleLogWith(header({ dma_offset: declared }), added);
      expect([...(await said("G53", log)), ...(await said("G45", log))]).toEqual([]);
    }
  });

  test("and what differs from it is wrong", async () => {
    const log = exampleLogWith(header({ dma_offset: address(OFFSET) }), [off(RAM), dma(RAM + 5, RAM + 5)]);
    expect(await said("G45", log)).toEqual(["error 0x80005"]);
  });

  test("the truncated address says so", async () => {
    const domain = {
      domid: 0,
      mode: "direct-mapped",
      ram: [{ gfn: "0x880000", count: "0x4000" }],
      iommu: false,
    };
    const log = exampleLogWith({ from_boot: true, domains: [domain] }, [dma(0x880001, 0x80001)]);
    expect(await messages("G45", log)).toEqual([
      "DMA to disk uses another frame than the one behind its gfn: that one's machine address truncated to 32 bits",
    ]);
  });
});

describe("G57: addresses beyond what a device drives", () => {
  const coherent = (bus: number, size = 4096) => ({
    ev: "dma",
    op: "map",
    dir: "BIDIRECTIONAL",
    dev: "disk",
    segments: [{ bus: address(bus), size }],
  });
  test.each<[string, object, object[], string[]]>([
    ["within", { dma_bits: 32 }, [dma(RAM, RAM)], []],
    ["beyond", { dma_bits: 31 }, [dma(RAM, RAM)], ["error 0x80000"]],
    ["a coherent allocation", { dma_bits: 31 }, [coherent(RAM)], ["error -"]],
    ["the last byte", { dma_bits: 32 }, [coherent(0xfffff, 4097)], ["error -"]],
    ["up to the last byte", { dma_bits: 32 }, [coherent(0xfffff)], []],
    ["as the device counts", { dma_bits: 31, dma_offset: "0x40000000" }, [off(RAM), off(RAM + 5)], []],
    ["of another device", { dma_bits: 31 }, [{ ...coherent(RAM), dev: "net" }], []],
    ["unmaps", { dma_bits: 31 }, [{ ...coherent(RAM), op: "unmap" }], []],
    [
      "a grant ref for an address",
      { dma_bits: 31 },
      [{ ...coherent(RAM), segments: [{ bus: "0x8000000000010000", size: 4096 }] }],
      [],
    ],
  ])("%s", async (_what, device, events, expected) => {
    expect(await said("G57", exampleLogWith(header(device), events))).toEqual(expected);
  });
});

describe("an IOMMU in front of one device", () => {
  const granted = {
    from_boot: true,
    domains: [
      {
        domid: 0,
        mode: "direct-mapped",
        ram: [{ gfn: "0x80000", count: "0x4000" }],
        regions: [{ name: "extended", gfn: "0x100000", count: "0x10000" }],
        iommu: false,
        devices: [{ dev: "disk", iommu: true }],
      },
      { domid: 1, mode: "translated" },
    ],
  };
  test("lets it use gfns, and no other one", async () => {
    const mapped = map({ gfn: EXTENDED });
    const withGfn = dma(EXTENDED, EXTENDED);
    expect(await said("G17", exampleLogWith(granted, mapped, withGfn))).toEqual([]);
    const other = { ...withGfn, dev: "net" };
    expect(await said("G17", exampleLogWith(granted, mapped, other))).toEqual(["error 0x100000"]);
  });
});

describe("xen-grant-dma addresses", () => {
  const virtio = {
    from_boot: true,
    domains: [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], iommu: false }],
  };
  const grant = (ref: number, gfn: number) => ({ ev: "grant", ref, dom: 1, gfn: frame(gfn), ro: true });
  /** Bit 63, the ref in bits 12 and up, and an offset that a double of this size cannot hold. */
  const bus = (ref: number, offset: number) =>
    `0x${((1n << 63n) + (BigInt(ref) << 12n) + BigInt(offset)).toString(16)}`;
  const mapOf = (gfn: number, offset: number, ref: number, size: number) => ({
    ev: "dma",
    pid: 7,
    op: "map",
    dir: "TO_DEVICE",
    dev: "virtio1",
    segments: [{ phys: `0x${(gfn * 4096 + offset).toString(16)}`, bus: bus(ref, offset), size }],
  });
  const unmap = (ref: number) => ({
    ev: "dma",
    op: "unmap",
    dir: "TO_DEVICE",
    dev: "virtio1",
    segments: [{ bus: bus(ref, 0xfff), size: 4096 }],
  });

  test("are no machine addresses: quiet, whichever of ungrant and unmap comes first", async () => {
    for (const end of [
      [{ ev: "ungrant", ref: 16 }, unmap(16)],
      [unmap(16), { ev: "ungrant", ref: 16 }],
    ]) {
      const log = exampleLogWith(virtio, [grant(16, RAM), mapOf(RAM, 0xfff, 16, 1), ...end]);
      for (const rule of ["G17", "G18", "G45", "G52", "G49", "G53"])
        expect(await said(rule, log)).toEqual([]);
    }
  });

  test("name one ref a page", async () => {
    const good = exampleLogWith(virtio, [grant(16, RAM), grant(17, RAM + 1), mapOf(RAM, 0x200, 16, 6000)]);
    expect(await said("G52", good)).toEqual([]);
    const bad = exampleLogWith(virtio, [grant(16, RAM), grant(17, RAM + 9), mapOf(RAM, 0x200, 16, 6000)]);
    expect(await said("G52", bad)).toEqual(["error 0x80001"]);
  });

  test("a ref that the log does not show is not judged", async () => {
    expect(await said("G52", exampleLogWith(virtio, [mapOf(RAM, 0, 99, 4096)]))).toEqual([]);
  });
});

describe("memory that Xen maps by itself", () => {
  const region = { name: "shared:shm0", gfn: "0x7fe00", count: "0x200" };
  const domain = (more: object) => ({
    from_boot: true,
    domains: [
      {
        domid: 0,
        mode: "direct-mapped",
        ram: [{ gfn: "0x80000", count: "0x4000" }],
        regions: [{ ...region, ...more }],
        iommu: false,
      },
    ],
  });
  test.each<[string, object, string[]]>([
    ["an owner's, with its frame", { mfn: "0x7fe00", role: "owner" }, []],
    ["a borrower's, with its frame", { mfn: "0x7fe00", role: "borrower" }, []],
    ["another frame than the device gets", { mfn: "0x6fe00", role: "owner" }, ["error 0x7fe01"]],
  ])("a DMA to %s", async (_what, more, expected) => {
    const log = exampleLogWith(domain(more), [dma(0x7fe01, 0x7fe01)]);
    expect([...(await said("G45", log)), ...(await said("G16", log))]).toEqual(expected);
  });
});
