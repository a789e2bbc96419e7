import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootLogDomains, isBootLog, parseBootLog } from "../src/domains/boot-log/boot-log.ts";
import { parseDomainSpec } from "../src/domains/spec/domain-spec-file.ts";

const corpus = new URL("../../../corpus/", import.meta.url);
const data = new URL("data/", import.meta.url);

function read(url: URL): Uint8Array {
  const bytes = readFileSync(url);
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}

function specOf(path: string) {
  const { facts, ...spec } = parseDomainSpec(new TextDecoder().decode(read(new URL(path, corpus))));
  return { ...spec, facts: [] };
}

const readBootLog = (bytes: Uint8Array, notes: string[] = []) => bootLogDomains(parseBootLog(bytes), notes);
const encode = (...lines: string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);
const bootOf = (...lines: string[]) => readBootLog(encode(...lines));
const domainOf = (...lines: string[]) => bootOf(...lines).domains[0];

describe("real boot logs give the DomainSpec that was written by hand", () => {
  test.each([
    ["traces/boot.log.gz", "traces/spec-4.17.json"],
    ["oracle/directmap-domu-4.17.console.log.gz", "oracle/directmap-domu-4.17.spec.json"],
    ["oracle/dom0-4.17-debug.console.log.gz", "oracle/dom0-4.17-debug.spec.json"],
  ])("%s", (log, spec) => {
    const bytes = read(new URL(log, corpus));
    const notes: string[] = [];
    expect(isBootLog(bytes)).toBe(true);
    expect(readBootLog(bytes, notes)).toEqual(specOf(spec));
    expect(notes).toEqual([]);
  });

  test("Xen 4.20, whose version banner is ahead of its package's version", () => {
    expect(readBootLog(read(new URL("boot-4.20.log.gz", data)))).toEqual(specOf("traces/dma-4.20/spec.json"));
  });
});

describe("boot logs of release builds, whose lines differ from release to release", () => {
  test("4.16 names no domain before its extended regions", () => {
    const { domains } = readBootLog(read(new URL("boot-4.16.log", data)));
    expect(domains).toHaveLength(1);
    expect(domains[0]).toMatchObject({ domid: 0, mode: "direct-mapped", iommu: false });
    expect(domains[0].ram?.map(({ gfn, count }) => [gfn, count])).toEqual([
      [0x10000, 0x10000],
      [0x24000, 0x4000],
      [0x30000, 0x50000],
    ]);
    expect(domains[0].regions.filter(({ name }) => name === "extended").map(({ gfn }) => gfn)).toEqual([
      0x81200, 0xb1200, 0xc8000,
    ]);
  });

  test("4.12 calls each domain dom0 but where its kernel is loaded, and hides a domU's banks", () => {
    const { domains } = readBootLog(read(new URL("boot-4.12.log", data)));
    expect(domains.map(({ domid, mode, ram }) => [domid, mode, ram])).toEqual([
      [0, "direct-mapped", [{ gfn: 0x20000, count: 0x40000 }]],
      [1, "translated", [{ gfn: 0x40000, count: 0x20000 }]],
    ]);
  });

  test("4.11 loads a kernel without naming a domain", () => {
    const boot = bootOf(
      "(XEN) Xen version 4.11.4 (a@b) (aarch64-linux-gnu-gcc 8) debug=n Sun",
      "(XEN) *** LOADING DOMAIN 0 ***",
      "(XEN) Loading kernel from boot module @ 0000000000080000",
      "(XEN) Allocating 1:1 mappings totalling 1024MB for dom0:",
      "(XEN) BANK[0] 0x00000020000000-0x00000060000000 (1024MB)",
      "(XEN) Loading dom0 DTB to 0x0000000028000000-0x0000000028008db3",
    );
    expect(boot).toMatchObject({ xen: "4.11", domains: [{ domid: 0, mode: "direct-mapped" }] });
  });

  test("a release that is not known here is told, and the domains are kept", () => {
    const notes: string[] = [];
    const log = encode(
      "(XEN) Xen version 4.10.4 (a@b) (aarch64-linux-gnu-gcc 8) debug=n Sun",
      "(XEN) BANK[0] 0x00000020000000-0x00000060000000 (1024MB)",
    );
    expect(readBootLog(log, notes)).toMatchObject({ build: "4.10.4", domains: [{ domid: 0 }] });
    expect(readBootLog(log).xen).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/^"4.10" is no Xen release that is known here/)]);
  });
});

describe("what a check of the layout reads too", () => {
  test("what Xen set out to allocate, and where it says so", () => {
    const { facts } = parseBootLog(
      encode(
        "U-Boot 2024.01",
        "(XEN) Allocating 1:1 mappings totalling 2048MB for dom0:",
        "(XEN) WARNING: Failed to allocate requested dom0 memory. 512MB unallocated",
        "(XEN) BANK[0] 0x00000010000000-0x00000020000000 (256MB)",
        "(XEN) Allocating mappings totalling 256MB for d1:",
        "(XEN) d1 BANK[0] 0x00000040000000-0x00000050000000 (256MB)",
        "(XEN) d2 BANK[0] 0x00000040000000-0x00000050000000 (256MB)",
      ),
    );
    const memory = [...facts.domains.values()].map(({ domid, wanted, memoryLine }) => [
      domid,
      wanted,
      memoryLine,
    ]);
    expect(memory).toEqual([
      [0, 2 ** 31, 2],
      [1, 2 ** 28, 5],
      [2, null, 7],
    ]);
  });

  test.each([
    ["4.17.3", "0000000041400123", 0x41400123],
    ["4.20.0", "0000000041400122", 0x41400123],
  ])("host RAM, modules and reserved memory as %s prints their ends", (version, moduleEnd, end) => {
    const { facts } = parseBootLog(
      encode(
        `(XEN) Xen version ${version} (a@b) (aarch64-linux-gnu-gcc 12) debug=n Sun`,
        "(XEN) RAM: 0000000040000000 - 00000000bfffffff",
        `(XEN) MODULE[0]: 0000000041000000 - ${moduleEnd} Guest Kernel `,
        "(XEN)  RESVD[0]: 0000000048000000 - 0000000048001000",
        "(XEN)  RESVD[1]: 0000000049000000 - 0000000049ffffff",
      ),
    );
    expect(facts.hostRam).toEqual([{ start: 0x40000000, end: 0xc0000000 }]);
    expect(facts.modules).toEqual([{ start: 0x41000000, end, kind: "Guest Kernel" }]);
    expect(facts.reserved.map((range) => range.end)).toEqual([0x48001000, 0x4a000000]);
  });

  test("every line with its number, who printed it, and nothing in front of it", () => {
    const { lines } = parseBootLog(
      encode(
        "[10:00:00.001] (XEN) [    1.000000] Brought up 4 CPUs",
        "[10:00:00.002] (d2) [    0.100000] Linux version 6.12",
        "[10:00:00.003] [    0.200000] Memory: 1G",
        "(XEN) DOM1: hello",
      ),
    );
    expect(lines).toEqual([
      { line: 1, speaker: "xen", text: "Brought up 4 CPUs" },
      { line: 2, speaker: 2, text: "Linux version 6.12" },
      { line: 3, speaker: "hardware-domain", text: "Memory: 1G" },
      { line: 4, speaker: 1, text: "hello" },
    ]);
  });
});

/** What capture tools put in front of a line; of some nothing can be left out without the next piece. */
const captures = [
  "",
  "\u001b[0m",
  "\u001b[32;1m[2026-11-30 10:00:00.001]\u001b[0m ",
  "[14:03:11.120] ",
  "[Mon Nov 30 10:00:00 2026] ",
  "2026-11-30T10:00:00.001Z ",
  "2026-11-30 10:00:00,001 ",
  "2026-11-30T10:00:00+0100 ",
  "Nov 30 10:00:00 ",
  "Nov  3 10:00:00 board ttyS0[412]: ",
  "Mon Nov 30 10:00:00 2026 ",
  "1764496800.123456 ",
  "10:00:00: ",
  "[    3.141592 0.000123] ",
  "> > ",
  "| ",
  '"',
  "\r",
];

describe("whatever a capture tool puts in front of the lines, they say the same", () => {
  const logs = [
    ["boot-4.12.log", read(new URL("boot-4.12.log", data))],
    ["boot-4.16.log", read(new URL("boot-4.16.log", data))],
    ["a direct-mapped domU", read(new URL("oracle/directmap-domu-4.17.console.log.gz", corpus))],
  ] as const;

  test.each(logs)("%s", (_, bytes) => {
    const plain = new TextDecoder().decode(bytes).split("\n").slice(0, 300);
    const expected = parseBootLog(encode(...plain));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...captures), { minLength: 1, maxLength: 20 }), (prefixes) => {
        const stamped = plain.map((line, i) => (line === "" ? "" : prefixes[i % prefixes.length] + line));
        const log = parseBootLog(encode(...stamped));
        expect(log.facts).toEqual(expected.facts);
        expect(log.lines).toEqual(expected.lines);
        expect(isBootLog(encode(...stamped))).toBe(true);
      }),
      { seed: 10, numRuns: 40 },
    );
  });

  test.each(logs.slice(0, 2))("%s without Xen's own prefix", (_, bytes) => {
    const plain = new TextDecoder().decode(bytes).split("\n");
    const bare = plain.map((line, i) => captures[i % captures.length] + line.replace("(XEN) ", ""));
    expect(parseBootLog(encode(...bare)).facts).toEqual(parseBootLog(bytes).facts);
  });
});

describe("lines of other releases and settings", () => {
  const dom0 = [
    "*** LOADING DOMAIN 0 ***",
    "Allocating 1:1 mappings totalling 512MB for dom0:",
    "BANK[0] 0x00000080000000-0x000000a0000000 (512MB)",
    "Grant table range: 0x00000040200000-0x00000040240000",
  ];

  test.each([
    ["none", "(XEN) "],
    ["date", "(XEN) [2026-11-22 09:22:33] "],
    ["date and milliseconds", "(XEN) [2026-11-22 09:22:33.123] "],
    ["seconds since boot", "(XEN) [    3.141592] "],
    ["raw ticks", "(XEN) [00000000a1b2c3d4] "],
    ["a capture tool's own", "Nov 22 09:22:33 board ttyS0: (XEN) "],
  ])("timestamps: %s", (_, prefix) => {
    const { mode, ram } = domainOf(...dom0.map((line) => prefix + line));
    expect(mode).toBe("direct-mapped");
    expect(ram).toEqual([{ gfn: 0x80000, count: 0x20000 }]);
  });

  test("line ends of a serial port", () => {
    expect(domainOf(...dom0.map((line) => `(XEN) ${line}\r`)).ram).toEqual([
      { gfn: 0x80000, count: 0x20000 },
    ]);
  });

  test("4.22 names the domain of a 1:1 allocation by %pd", () => {
    const lines = dom0.map((line) => `(XEN) ${line.replace("for dom0:", "for d0:")}`);
    expect(domainOf(...lines).mode).toBe("direct-mapped");
  });

  test("a log that begins behind the loading line", () => {
    expect(domainOf("(XEN) BANK[0] 0x00000080000000-0x000000a0000000 (512MB)")).toMatchObject({
      domid: 0,
      mode: "direct-mapped",
      ram: [{ gfn: 0x80000, count: 0x20000 }],
      maxOrder: 18,
    });
  });

  test("dom0 with coloured memory has the host's layout without being 1:1", () => {
    const domain = domainOf(
      "(XEN) GICv3 initialization:",
      "(XEN)       gic_dist_addr=0x00000008000000",
      "(XEN) *** LOADING DOMAIN 0 ***",
      "(XEN) Grant table range: 0x00000040200000-0x00000040240000",
      "(XEN) Allocating mappings totalling 512MB for d0:",
      "(XEN) d0 BANK[0] 0x00000050000000-0x00000070000000 (512MB)",
    );
    expect(domain.mode).toBe("translated");
    expect(domain.ram).toEqual([{ gfn: 0x50000, count: 0x20000 }]);
    expect(domain.regions).toEqual([
      { name: "gic-distributor", gfn: 0x8000, count: 0x10 },
      { name: "grant-table", gfn: 0x40200, count: 0x40 },
    ]);
  });

  test("GICv2 prints bare hex; only the hardware domain has all of an aliased CPU interface", () => {
    const gic = [
      "(XEN) GICv2 initialization:",
      "(XEN)         gic_dist_addr=00000000f9010000",
      "(XEN)         gic_cpu_addr=00000000f9020000",
      "(XEN)         gic_hyp_addr=00000000f9040000",
      "(XEN) GICv2: Adjusting CPU interface base to 0x00000000f902f000",
    ];
    expect(domainOf(...gic, ...dom0.map((line) => `(XEN) ${line}`)).regions.slice(0, 2)).toEqual([
      { name: "gic-distributor", gfn: 0xf9010, count: 1 },
      { name: "gic-cpu", gfn: 0xf9020, count: 0x20 },
    ]);
    const domU = domainOf(
      ...gic,
      "(XEN) *** LOADING DOMU cpus=1 memory=0x40000KB ***",
      "(XEN) d1: STATIC BANK[0] 0x00000030000000-0x00000040000000",
      "(XEN) Loading d1 DTB to 0x0000000038000000-0x0000000038000559",
    );
    expect(domU.mode).toBe("direct-mapped");
    expect(domU.regions[1]).toEqual({ name: "gic-cpu", gfn: 0xf9020, count: 2 });
  });

  test("a domain gets as many redistributor regions as its CPUs need", () => {
    const regions = (cpus: number) =>
      domainOf(
        "(XEN) GICv3 initialization:",
        "(XEN)         - region 0: 0x000000080a0000 - 0x000000080e0000",
        "(XEN)         - region 1: 0x00000009000000 - 0x00000009080000",
        `(XEN) *** LOADING DOMU cpus=${cpus} memory=0x40000KB ***`,
        "(XEN) d1: STATIC BANK[0] 0x00000080000000-0x00000090000000",
        "(XEN) Loading d1 DTB to 0x0000000088000000-0x0000000088000559",
      ).regions.filter(({ name }) => name === "gic-redistributor").length;
    expect([regions(2), regions(3)]).toEqual([1, 2]);
  });

  test("an IOMMU in the host: dom0 has it, of a domU no log says", () => {
    const boot = bootOf(
      "(XEN) I/O virtualisation enabled",
      ...dom0.map((line) => `(XEN) ${line}`),
      "(XEN) *** LOADING DOMU cpus=1 memory=0x40000KB ***",
      "(XEN) d1 BANK[0] 0x00000040000000-0x00000050000000 (256MB)",
    );
    expect(boot.domains.map(({ iommu }) => iommu)).toEqual([true, undefined]);
  });

  test("memop-max-order of Xen's command line", () => {
    const boot = bootOf(
      "(XEN) Command line: console=dtuart memop-max-order=4,,12 loglvl=all",
      ...dom0.map((line) => `(XEN) ${line}`),
      "(XEN) *** LOADING DOMU cpus=1 memory=0x40000KB ***",
      "(XEN) d1 BANK[0] 0x00000040000000-0x00000050000000 (256MB)",
    );
    expect(boot.domains.map(({ maxOrder }) => maxOrder)).toEqual([18, 4]);
  });

  test.each([
    [
      "Xen version 4.17.7 (Debian 4.17.7+13-g2445b30a44-0+deb12u1) (x) (aarch64-linux-gnu-gcc 12) debug=n Wed",
      "4.17",
      "4.17.7+13",
    ],
    [
      "Xen version 4.20.4-pre (a@b) (aarch64-linux-gnu-gcc (GCC) 14.1) debug=y Sun",
      "4.20",
      "4.20.4-pre debug",
    ],
    ["Xen version 4.18.0 (a@b) (arm-linux-gnueabihf-gcc 12) debug=n Sun", "4.18", "4.18.0"],
  ])("%s", (banner, xen, build) => {
    expect(bootOf(`(XEN) ${banner}`)).toMatchObject({ xen, build });
  });

  test("an unreleased build is named by its commit", () => {
    const boot = bootOf(
      "(XEN) Xen version 4.23-unstable (a@b) (aarch64-linux-gnu-gcc 14) debug=n Sun",
      "(XEN) Latest ChangeSet: Thu Aug 20 10:00:00 2026 +0200 git:c447b7308b",
    );
    expect(boot).toMatchObject({ xen: "4.23", build: "c447b7308b", arch: "arm64" });
  });
});

describe("static memory", () => {
  const loading = "(XEN) *** LOADING DOMU cpus=1 memory=0x40000KB ***";
  const bank = (start: string, end: string) => `(XEN) d1: STATIC BANK[0] 0x${start}-0x${end}`;

  test("a kernel loaded into the guest layout: not 1:1", () => {
    const domain = domainOf(
      loading,
      bank("80000000", "90000000"),
      "(XEN) Loading zImage from 0000000049000000 to 0000000040000000-0000000041f6dfc0",
      "(XEN) Loading d1 DTB to 0x0000000048000000-0x0000000048000559",
    );
    expect(domain.mode).toBe("static");
    expect(domain.ram).toEqual([{ gfn: 0x40000, count: 0x10000 }]);
  });

  test("memory at the guest layout's own place: extended regions outside of that layout show 1:1", () => {
    const domain = domainOf(
      loading,
      bank("40000000", "50000000"),
      "(XEN) d1: extended region 0: 0x50000000->0x140000000",
      "(XEN) Loading d1 DTB to 0x0000000048000000-0x0000000048000559",
    );
    expect(domain.mode).toBe("direct-mapped");
  });

  test("... and where nothing shows it, a note says so", () => {
    const notes: string[] = [];
    const log = encode(
      loading,
      bank("40000000", "50000000"),
      "(XEN) d1: extended region 0: 0x50000000->0x100000000",
      "(XEN) d1: extended region 1: 0x200000000->0x10000000000",
      "(XEN) Loading d1 DTB to 0x0000000048000000-0x0000000048000559",
    );
    expect(readBootLog(log, notes).domains[0].mode).toBe("static");
    expect(notes).toEqual([expect.stringContaining("domain 1: the log does not show")]);
  });

  test("more than the first guest bank holds goes on in the second", () => {
    const domain = domainOf(
      loading,
      bank("800000000", "8d0000000"),
      "(XEN) Loading d1 DTB to 0x0000000048000000-0x0000000048000559",
    );
    expect(domain.ram).toEqual([
      { gfn: 0x40000, count: 0xc0000 },
      { gfn: 0x200000, count: 0x10000 },
    ]);
  });
});

describe("banks that a release build does not print", () => {
  const loading = "(XEN) *** LOADING DOMU cpus=1 memory=0x20000KB ***";

  test("a plain domU: its layout is Xen's", () => {
    const domain = domainOf(loading, "(XEN) Loading d3 DTB to 0x0000000047e00000-0x0000000047e00559");
    expect(domain).toMatchObject({ domid: 3, mode: "translated", ram: [{ gfn: 0x40000, count: 0x8000 }] });
  });

  test("a domain at the host's addresses: its memory is not known", () => {
    const notes: string[] = [];
    const log = encode(loading, "(XEN) Loading d3 DTB to 0x0000000087e00000-0x0000000087e00559");
    const [domain] = readBootLog(log, notes).domains;
    expect(domain.mode).toBe("direct-mapped");
    expect(domain.ram).toBeUndefined();
    expect(notes).toHaveLength(1);
  });
});

describe("several boots, several speakers", () => {
  const boot = (end: string) => [
    "(XEN) Xen version 4.17.7 (a@b) (aarch64-linux-gnu-gcc 12) debug=n Sun",
    "(XEN) *** LOADING DOMAIN 0 ***",
    "(XEN) Allocating 1:1 mappings totalling 512MB for dom0:",
    `(XEN) BANK[0] 0x00000080000000-0x${end} (512MB)`,
  ];
  const swiotlb = "[    0.28] software IO TLB: mapped [mem 0x0000000082c00000-0x0000000083000000] (4MB)";

  test("the last boot counts", () => {
    expect(domainOf(...boot("a0000000"), swiotlb, ...boot("c0000000"))).toMatchObject({
      ram: [{ gfn: 0x80000, count: 0x40000 }],
      regions: [],
    });
  });

  test("a guest that prints xl dmesg is no boot", () => {
    expect(domainOf(...boot("a0000000"), swiotlb, ...boot("a0000000")).regions).toEqual([
      { name: "swiotlb", gfn: 0x82c00, count: 0x400 },
    ]);
  });

  test("a reboot that ends early leaves the boot before it", () => {
    expect(domainOf(...boot("a0000000"), ...boot("a0000000").slice(0, 1)).ram).toHaveLength(1);
  });

  test.each(["(d1) ", "(XEN) DOM1: ", "(XEN) [    1.000000] DOM1: "])("a guest's line after %s", (prefix) => {
    const log = bootOf(
      ...boot("a0000000"),
      "(XEN) *** LOADING DOMU cpus=1 memory=0x40000KB ***",
      "(XEN) d1 BANK[0] 0x00000040000000-0x00000050000000 (256MB)",
      `${prefix}[    0.28] software IO TLB: mapped [mem 0x0000000042c00000-0x0000000043000000] (4MB)`,
    );
    expect(log.domains.map(({ regions }) => regions.filter(({ name }) => name === "swiotlb"))).toEqual([
      [],
      [{ name: "swiotlb", gfn: 0x42c00, count: 0x400 }],
    ]);
  });
});

describe("what is no boot log", () => {
  test.each([
    ["a specification", '{"version":1,"xen":"4.17","domains":[]}'],
    ["a device tree's source", '/dts-v1/;\n/ { model = "x"; };'],
    ["tracefs text", "# tracer: nop\n"],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(isBootLog(new TextEncoder().encode(text))).toBe(false);
  });

  test("a device tree", () => {
    const tree = new Uint8Array([0xd0, 0x0d, 0xfe, 0xed, ...encode("(XEN) Xen version 4.17")]);
    expect(isBootLog(tree)).toBe(false);
  });

  test("a boot log after the firmware's output", () => {
    expect(isBootLog(encode("U-Boot 2024.01", "", "(XEN) Checking for initrd in /chosen"))).toBe(true);
  });
});

test("absurd addresses and broken lines are left out", () => {
  expect(
    bootOf(
      "(XEN) *** LOADING DOMAIN 0 ***",
      "(XEN) Allocating 1:1 mappings totalling 512MB for dom0:",
      "(XEN) BANK[0] 0xffffffffffffffff-0x1 (0MB)",
      "(XEN) BANK[1] 0x00000080000000-0x000000",
      "(XEN) BANK[2] 0x00000080000000-",
      "(XEN) Grant table range: 0x1-0xzz",
    ).domains[0],
  ).toEqual({ domid: 0, mode: "direct-mapped", regions: [], maxOrder: 18 });
});

test("broken logs give some result, never an error", () => {
  const whole = read(new URL("oracle/directmap-domu-4.17.console.log.gz", corpus)).subarray(0, 12000);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 40 }),
      fc.nat(whole.length),
      (changes, size) => {
        const bytes = whole.slice(0, size);
        for (const [at, byte] of changes) if (at < size) bytes[at] = byte;
        for (const domain of readBootLog(bytes).domains) {
          for (const { gfn, count } of [...(domain.ram ?? []), ...domain.regions]) {
            expect(Number.isSafeInteger(gfn) && count > 0).toBe(true);
          }
        }
      },
    ),
    { seed: 4, numRuns: 200 },
  );
});
