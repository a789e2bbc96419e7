import { gzipSync } from "node:zlib";
import { parseBootLog } from "@xgt/hypercall-log";
import { describe, expect, test } from "vitest";
import {
  checkLayout,
  diagnose,
  diagnoseLog,
  exampleInput,
  givenBootLog,
  type LayoutExample,
  layoutModel,
  layoutRules,
  moduleFile,
  parseBusMasters,
  parseKconfig,
} from "../src/index.ts";
import { kernelImage } from "../src/model/module-file.ts";
import { isPlaced, placeImages } from "../src/model/placement.ts";
import {
  board,
  DTB_AT,
  DTB_PATH,
  domain,
  example,
  gicV3,
  partialTree,
  passthroughExample,
} from "../src/rules/example-board.ts";
import { board2019 } from "./board.ts";

/** "L11 error panic" of every finding of a rule. */
function verdicts(rule: string, given: LayoutExample): string[] {
  return checkLayout(exampleInput(given))
    .findings.filter((finding) => finding.rule === rule)
    .map(
      ({ severity, message }) =>
        `${severity} ${message.endsWith("(Xen panics at boot)") ? "panic" : "silent"}`,
    );
}

describe("the configuration of 2019", () => {
  const cannotRequest =
    "sdhci-esdhc-imx 4005d000.mmc: can't request region for resource [mem 0x4005d000-0x4005dfff]";

  test("its cause is named: RAM at 0x40000000 over the eMMC's registers", () => {
    const { findings } = checkLayout(board2019("4.17"));
    const errors = findings.filter(({ severity }) => severity === "error");
    expect(errors.map(({ rule }) => rule)).toEqual(["L11"]);
    const cause = errors.find(({ rule }) => rule === "L11")!;
    expect(cause).toMatchObject({ domid: 1, gfn: 0x4005d, count: 1 });
    expect(cause.message).toContain("0x40000000-0x4fffffff");
    expect(cause.fix).toContain("direct-map");
    expect(cause.location).toMatchObject({ path: "s32v234-2019-partial.dts", unit: "line" });
    expect(cause.message).toContain("(Xen says nothing)");
  });

  test("4.13 did not even start it", () => {
    const { findings } = checkLayout(board2019("4.13"));
    expect(findings.find(({ rule }) => rule === "L27")).toMatchObject({ severity: "error" });
  });

  test("the guest's message leads back to it", () => {
    const found = diagnose(cannotRequest, layoutModel(board2019("4.17")));
    expect(found?.symptom.rules[0]).toBe("L11");
    expect(found?.details).toEqual([
      "0x4005d000-0x4005dfff is /soc/bus@40000000/mmc@4005d000 on the host.",
      expect.stringMatching(/domU1 is not direct-mapped, and the range lies inside its RAM .*L11/),
    ]);
  });

  test("a guest's boot log does too, with its line", () => {
    const log = `(XEN) DOM1: [    0.000000] Booting Linux\n(XEN) DOM1: [    1.2] ${cannotRequest}\n(XEN) DOM1: [    2.0] RAMDISK: Couldn't find valid RAM disk image starting at 0.\n`;
    const found = diagnoseLog(parseBootLog(Buffer.from(log)), null);
    expect(found.map(({ symptom, line }) => [symptom.rules[0], line])).toEqual([
      ["L11", 2],
      ["L06", 3],
    ]);
  });

  test("an abort of the guest tells its address", () => {
    const text =
      "(XEN) arch/arm/traps.c:1964:d1v0 HSR=0x00000093824007 pc=0xffff80000875a034 gva=0xffff80000a01dfe0 gpa=0x00000009011fe0";
    const found = diagnose(text, layoutModel(board2019("4.17")));
    expect(found?.symptom.rules[0]).toBe("L17");
    expect(found?.details).toEqual(["In domU1 nothing is mapped at 0x9011fe0-0x9011fe0."]);
  });
});

describe("the second symptom: a ramdisk that is not found", () => {
  const overlapping = (xen: string) => {
    const banks = "0x0 0xa0000000 0x0 0x10000000";
    return example(domain({ banks, ramdisk: "0x0 0xa8200000 0x0 0x800000" }), {}, { xen });
  };

  test("a module inside a bank: silent in 4.17, a panic from 4.18 on", () => {
    expect(verdicts("L06", overlapping("4.17"))).toEqual(["error silent"]);
    expect(verdicts("L06", overlapping("4.18"))).toEqual(["error panic"]);
  });

  test("a module that is smaller than its file", () => {
    const given = { ...example(domain()), modules: { "/chosen/domU1/module-kernel": 0x180_0000 } };
    expect(verdicts("L30", given)).toEqual(["error silent"]);
  });
});

describe("Xen's commits", () => {
  const shared = (cells: string) =>
    domain({
      extra: `shm { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "a"; xen,shared-mem = <${cells}>; };`,
    });

  test("cb1ddafdc5: shared memory that is not 1:1", () => {
    const given = (xen: string) => example(shared("0x0 0xb8000000 0x0 0x50000000 0x0 0x100000"), {}, { xen });
    expect(verdicts("L26", given("4.18"))).toEqual(["error silent"]);
    expect(verdicts("L26", given("4.19"))).toEqual(["error panic"]);
  });

  test("c56f1ef577: shared memory without a host address", () => {
    expect(verdicts("L26", example(shared("0x0 0x50000000 0x0 0x100000")))).toEqual(["error panic"]);
  });

  test("3af8a6ed8e: xen,reg in extended regions", () => {
    const rule = layoutRules.find(({ id }) => id === "L31")!;
    expect(verdicts("L31", rule.failing)).toEqual(["warning silent"]);
    expect(verdicts("L31", { ...rule.failing, xen: "4.21" })).toEqual([]);
  });

  test("a0fee882c1: shared memory in extended regions", () => {
    const rule = layoutRules.find(({ id }) => id === "L32")!;
    expect(verdicts("L32", rule.failing)).toEqual(["error silent"]);
    expect(verdicts("L32", { ...rule.failing, xen: "4.19" })).toEqual([]);
  });

  test("2f6f9c7ae9: the hardware domain's memory does not come from dom0_mem", () => {
    const hardware = domain({
      name: "hw",
      banks: "",
      directMap: false,
      extra: "capabilities = <2>;",
      memory: "0x0 0x300000",
    });
    expect(verdicts("L33", example(hardware, { bootargs: "dom0_mem=512M" }))).toEqual([
      "error panic",
      "warning silent",
    ]);
    expect(verdicts("L33", example(hardware, { bootargs: "dom0_mem=512M" }, { xen: "4.20" }))).toEqual([]);
  });

  test("c9205a01f7: no grant table", () => {
    const rule = layoutRules.find(({ id }) => id === "L34")!;
    expect(verdicts("L34", rule.failing)).toEqual(["error panic"]);
    const kconfig = "# CONFIG_GRANT_TABLE is not set\n";
    expect(verdicts("L34", { ...rule.failing, kconfig })).toEqual(["error silent"]);
  });

  test("f8523357f0: vCPUs against redistributor frames", () => {
    const given = (xen: string) => example(domain({ cpus: "cpus = <5>;" }), { gic: gicV3(4) }, { xen });
    expect(verdicts("L35", given("4.19"))).toEqual(["error silent"]);
    expect(verdicts("L35", given("4.20"))).toEqual(["error panic"]);
    expect(verdicts("L35", example(domain({ cpus: "cpus = <9>;" })))).toEqual(["error panic"]);
  });

  test("6341a67457: banks in the log add up to less", () => {
    const log =
      "(XEN) Allocating mappings totalling 512MB for d1:\n(XEN) d1 BANK[0] 0x00000040000000-0x00000050000000 (256MB)\n";
    const found = checkLayout({
      ...exampleInput(example(domain())),
      bootLog: givenBootLog(Buffer.from(log), "xen.log"),
    }).findings;
    expect(found.find(({ rule }) => rule === "L36")!.message).toContain("512M");
    expect(found.find(({ rule }) => rule === "L36")!.location).toEqual({
      path: "xen.log",
      place: 1,
      unit: "line",
    });
  });
});

describe("interrupts", () => {
  test("the emulated UART's number and a device's", () => {
    const given = passthroughExample(
      { interrupts: "0 0 4" },
      { banks: "", directMap: false, extra: "vpl011;", dtb: DTB_AT },
      { mmcInterrupts: "0 0 4" },
    );
    expect(verdicts("L19", given)).toEqual(["error silent"]);
  });
});

describe("what differs by release", () => {
  test("direct-map before 4.17 is not known", () => {
    expect(verdicts("L01", example(domain(), {}, { xen: "4.16" }))).toEqual(["error silent"]);
  });

  test("4.16 has cells of its own", () => {
    const extra = "#xen,static-mem-address-cells = <2>; #xen,static-mem-size-cells = <2>;";
    expect(verdicts("L07", example(domain({ extra }), {}, { xen: "4.16" }))).toEqual([]);
    expect(verdicts("L07", example(domain(), {}, { xen: "4.16" }))).toEqual(["error panic"]);
    expect(verdicts("L07", example(domain({ extra })))).toEqual(["info silent"]);
  });

  test("a UART that is too small: 4.17 goes on without", () => {
    const given = (xen: string) => example(domain({ extra: "vpl011;" }), { uartSize: "0x100" }, { xen });
    expect(verdicts("L23", given("4.17"))).toEqual(["error silent"]);
    expect(verdicts("L23", given("4.18"))).toEqual(["error panic"]);
  });

  test("a device of Dom0's with interrupts is a panic, not a matter of taste", () => {
    expect(verdicts("L20", passthroughExample({}, {}, { mmcMarked: false }, { dom0: true }))).toEqual([
      "error panic",
    ]);
    expect(verdicts("L20", passthroughExample({}, {}, { mmcMarked: false }))).toEqual([]);
  });

  test.each(["L13", "L14", "L15", "L16", "L19", "L20", "L43"])(
    "%s: 4.17 prints errors of a partial tree and goes on",
    (id) => {
      const { failing } = layoutRules.find((rule) => rule.id === id)!;
      expect(verdicts(id, { ...failing, xen: "4.17" })[0]).toBe("error silent");
      expect(verdicts(id, { ...failing, xen: "4.18" })[0]).toBe("error panic");
    },
  );

  test("xenstore without Dom0 is a panic", () => {
    expect(verdicts("L28", example(domain({ extra: "xen,enhanced;" })))).toEqual(["error panic"]);
    expect(
      verdicts("L28", example(domain({ extra: 'xen,enhanced = "legacy";' }), {}, { xen: "4.20" })),
    ).toEqual(["warning silent"]);
  });
});

describe("protection windows", () => {
  test("files are checked member by member", () => {
    expect(
      parseBusMasters(
        '{"masters":[{"path":"/a","dma_bits":32,"windows":[{"start":"0x80000000","size":"256M","access":"r"}]}]}',
      ),
    ).toEqual([
      {
        path: "/a",
        dma: true,
        bits: 32,
        windows: [{ start: 0x80000000n, size: 0x10000000n, write: false, name: null }],
      },
    ]);
    for (const bad of [
      "",
      "[]",
      '{"masters":1}',
      '{"masters":[{"path":"a"}]}',
      '{"masters":[{"path":"/a","dma_bits":0}]}',
      '{"masters":[{"path":"/a","windows":[{}]}]}',
      '{"masters":[{"path":"/a","dma":1}]}',
    ]) {
      expect(() => parseBusMasters(bad)).toThrow(/JSON|masters/);
    }
  });

  test("a 29-bit master cannot reach a bank at 0xa0000000; a read-only window is none for DMA", () => {
    const masters = (text: string) =>
      JSON.stringify({ masters: [{ path: "/soc/mmc@10020000", ...JSON.parse(text) }] });
    expect(verdicts("L24", passthroughExample({}, {}, {}, { masters: masters('{"dma_bits":29}') }))).toEqual([
      "error silent",
    ]);
    const window = '{"windows":[{"start":"0xa0000000","size":"256M","access":"r"}]}';
    expect(verdicts("L24", passthroughExample({}, {}, {}, { masters: masters(window) }))).toEqual([
      "error silent",
    ]);
    expect(
      verdicts("L24", passthroughExample({}, {}, {}, { masters: masters(window.replace('"r"', '"rw"')) })),
    ).toEqual([]);
    expect(
      verdicts("L24", passthroughExample({}, {}, {}, { masters: masters('{"dma":false,"dma_bits":29}') })),
    ).toEqual([]);
  });
});

describe("images", () => {
  const bank = { start: 0xa000_0000n, size: 0x1000_0000n };
  const kernel = { size: 0x100_0000n, textOffset: 0n };

  test("go to 128 MiB, else to the top, else below the kernel, else nowhere", () => {
    expect(placeImages(bank, kernel, 0x80_0001n)).toMatchObject({
      choice: "128M",
      kernel: { start: 0xa000_0000n },
      dtb: { start: 0xa800_0000n },
      initrd: { start: 0xa820_0000n, size: 0x80_0001n },
    });
    expect(placeImages({ ...bank, size: 0x800_0000n }, kernel, 0n)).toMatchObject({
      choice: "top of the bank",
      dtb: { start: 0xa7e0_0000n },
    });
    const high = { size: 0x100_0000n, textOffset: 0x700_0000n };
    expect(placeImages({ ...bank, size: 0x800_0000n }, high, 0n)).toMatchObject({
      choice: "below the kernel",
    });
    expect(isPlaced(placeImages({ ...bank, size: 0x120_0000n }, kernel, 0n))).toBe(false);
    expect(isPlaced(placeImages({ ...bank, size: 0x100_0000n }, kernel, 0n))).toBe(false);
  });

  test("a gzip kernel counts unpacked, an Image has its text_offset", () => {
    const packed = gzipSync(Buffer.alloc(5_000_000));
    expect(kernelImage(BigInt(packed.length), moduleFile("Image.gz", packed, null)).size).toBe(5_000_000n);
    const image = Buffer.alloc(4096);
    image.writeBigUInt64LE(0x80000n, 8);
    image.write("ARM\x64", 56, "latin1");
    expect(kernelImage(4096n, moduleFile("Image", image, null))).toEqual({
      size: 4096n,
      textOffset: 0x80000n,
    });
  });
});

describe("findings", () => {
  test("of a given domain only", () => {
    const second = domain({
      name: "domU2",
      memory: "0x0 0x1",
      banks: "0x0 0xc0000000 0x0 0x1000000",
      kernel: "0x0 0x94000000 0x0 0x100000",
    });
    const input = exampleInput(example(domain({ memory: "0x0 0x1" }) + second));
    const rulesOf = (names?: string[]) => {
      const { findings } = checkLayout(input, names === undefined ? {} : { domains: names });
      return findings.filter(({ rule }) => rule === "L03").map(({ domid }) => domid);
    };
    expect(rulesOf()).toEqual([1, 2]);
    expect(rulesOf(["domU2"])).toEqual([2]);
    expect(rulesOf(["1"])).toEqual([1]);
  });

  test("carry frames and the place in the file, bytes for a binary tree", () => {
    const given = { host: board(domain({ banks: "0x0 0xf8000000 0x0 0x10000000" })), modules: {} };
    const finding = checkLayout(exampleInput(given)).findings.find(({ rule }) => rule === "L05")!;
    expect(finding).toMatchObject({
      gfn: 0xf8000,
      count: 0x10000,
      location: { path: "host.dts", unit: "line" },
    });
    expect(given.host.split("\n")[finding.location!.place! - 1]).toContain("xen,static-mem");
  });

  test("a kconfig is read", () => {
    expect([...parseKconfig("CONFIG_A=y\n# CONFIG_B is not set\n#\nx")]).toEqual([
      ["CONFIG_A", "y"],
      ["CONFIG_B", "n"],
    ]);
  });

  test("a partial tree for a second domain does not disturb the first", () => {
    const hosts = board(
      domain({ dtb: DTB_AT }) +
        domain({
          name: "domU2",
          banks: "0x0 0xc0000000 0x0 0x10000000",
          kernel: "0x0 0x94000000 0x0 0x1000000",
          dtb: "0x0 0x96000000 0x0 0x2000",
        }),
    );
    const given = {
      host: hosts,
      modules: { [DTB_PATH]: partialTree(), "/chosen/domU2/module-device-tree": partialTree() },
    };
    expect(verdicts("L19", given)).toEqual(["error panic"]);
  });
});
