import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  DomainSpecError,
  domainSpecJson,
  domainSpecOf,
  logHeaderJson,
  logHeaderOf,
  parseDomainSpec,
} from "../src/index.ts";

const corpus = new URL("../../../corpus/", import.meta.url);
const specs = readdirSync(corpus, { recursive: true, encoding: "utf8" }).filter((path) =>
  /spec[^/]*\.json$/.test(path),
);

function errorOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof DomainSpecError) return error.message;
    throw error;
  }
  return "no error";
}

describe("a DomainSpec", () => {
  it("is read from the files beside the corpus and written back", () => {
    expect(specs.length).toBeGreaterThanOrEqual(7);
    for (const path of specs) {
      const text = readFileSync(new URL(path, corpus), "utf8");
      const spec = parseDomainSpec(text);
      expect(spec.domains.length, path).toBeGreaterThan(0);
      expect(domainSpecOf(domainSpecJson(spec)), path).toEqual(spec);
    }
  });

  it("has numbers or hex texts, banks, regions and facts", () => {
    const spec = parseDomainSpec(
      readFileSync(new URL("oracle/dom0-4.17.7-debian.spec.json", corpus), "utf8"),
    );
    expect(spec).toMatchObject({ xen: "4.17", build: "4.17.7+13", arch: "arm64" });
    expect(spec.domains[0]).toMatchObject({
      domid: 0,
      mode: "direct-mapped",
      ram: [{ gfn: 0xc0000, count: 0x40000 }],
      iommu: false,
      maxOrder: 18,
    });
    expect(spec.domains[0].regions[3]).toEqual({ name: "extended", gfn: 0x40400, count: 0x7fc00 });
    expect(spec.facts[0]).toEqual({
      domid: 0,
      maxPage: 0x140000,
      paBits: 44,
      totPages: 262144,
      maxPages: 262144,
      maximumGpfn: 0xfffffff,
      grantFrames: { max: 64, placed: [0] },
      grantTableVersion: 1,
      sharedInfoPlaced: true,
      liveHandles: 0,
      otherDomains: [],
      devMmioMaps: [0x9010],
      roles: ["hardware", "control"],
      holes: [0x40000, 0x1000000],
      grants: expect.arrayContaining([{ ref: 14, dom: 0, gfn: 0xc9621, ro: true }]),
    });
  });

  it("keeps apart what is absent and what is empty", () => {
    const spec = domainSpecOf({ domains: [{ domid: 1, mode: "static" }], facts: { other_domains: [] } });
    expect(spec).toEqual({
      domains: [{ domid: 1, mode: "static", regions: [] }],
      facts: [{ domid: 1, otherDomains: [] }],
    });
    expect(domainSpecJson(spec)).toEqual({
      version: 1,
      domains: [{ domid: 1, mode: "static", regions: [] }],
      facts: { domid: 1, other_domains: [] },
    });
  });

  it("may have facts of several domains", () => {
    const domains = [
      { domid: 0, mode: "direct-mapped" },
      { domid: 1, mode: "translated" },
    ];
    const spec = domainSpecOf({ domains, facts: [{ domid: 1, max_page: 5 }, { domid: 0 }] });
    expect(spec.facts).toEqual([{ domid: 1, maxPage: 5 }, { domid: 0 }]);
    expect(domainSpecOf(domainSpecJson(spec))).toEqual(spec);
    expect(errorOf(() => domainSpecOf({ domains, facts: {} }))).toBe("facts.domid: is missing");
  });

  it.each([
    ["4.17", "4.17", undefined],
    ["4.17.7+13", "4.17", "4.17.7+13"],
    ["4.20.4-pre", "4.20", "4.20.4-pre"],
  ])("takes %s as a version", (text, xen, build) => {
    const spec = domainSpecOf({ xen: text, domains: [] });
    expect([spec.xen, spec.build]).toEqual([xen, build]);
  });

  it("keeps its domains where it names a release that is not known here, and says so", () => {
    const notes: string[] = [];
    const spec = domainSpecOf({ xen: "4.10", domains: [{ domid: 0, mode: "direct-mapped" }] }, notes);
    expect([spec.xen, spec.build, spec.domains.length]).toEqual([undefined, "4.10", 1]);
    expect(notes).toEqual([expect.stringMatching(/^xen: "4.10" is no Xen release that is known here/)]);
  });

  const domain = (members: object) => ({ domains: [{ domid: 0, mode: "direct-mapped", ...members }] });

  it.each([
    [17, "expected an object, not 17"],
    [{}, "domains: is missing: a DomainSpec lists the domains of the run"],
    [{ version: 2, domains: [] }, "version: 2 is not known: this program reads version 1"],
    [{ domains: [], xen: "latest" }, 'xen: "latest" is no version: write major.minor, as in "4.17"'],
    [{ domains: [], arch: "riscv64" }, /^arch: "riscv64" is not Arm/],
    [domain({ domid: -1 }), "domains[0].domid: -1 is negative"],
    [domain({ domid: 70000 }), "domains[0].domid: 70000 is above 65535"],
    [
      domain({ mode: "1:1" }),
      'domains[0].mode: "1:1" is no mode: expected one of direct-mapped, static, translated',
    ],
    [domain({ ram: {} }), "domains[0].ram: expected a list, not an object"],
    [domain({ ram: [{ gfn: "0xc0000" }] }), "domains[0].ram[0].count: is missing"],
    [domain({ ram: [{ gfn: "0xzz", count: 1 }] }), 'domains[0].ram[0].gfn: "0xzz" is not an integer'],
    [domain({ ram: [{ gfn: 1, count: 0 }] }), "domains[0].ram[0].count: a range holds at least one frame"],
    [
      domain({ ram: [{ gfn: "0xffffffffffffffff", count: 1 }] }),
      /^domains\[0\]\.ram\[0\]\.gfn: .* is above 9007199254740991$/,
    ],
    [
      domain({ regions: [{ gfn: 1, count: 1 }] }),
      "domains[0].regions[0].name: expected a text, not undefined",
    ],
    [domain({ iommu: "no" }), 'domains[0].iommu: expected true or false, not "no"'],
    [
      { ...domain({}), facts: { roles: ["king"] } },
      'facts.roles[0]: expected hardware or control, not "king"',
    ],
    [{ ...domain({}), facts: { grant_frames: 3 } }, "facts.grant_frames: expected an object, not 3"],
    [{ domains: [...domain({}).domains, ...domain({}).domains] }, "domains[1].domid: 0 is listed twice"],
  ])("names the member that is wrong: %j", (value, message) => {
    const error = errorOf(() => domainSpecOf(value));
    if (typeof message === "string") expect(error).toBe(message);
    else expect(error).toMatch(message);
  });

  it("names the place where a file is no JSON", () => {
    expect(errorOf(() => parseDomainSpec('{"domains":[}'))).toBe(
      'not a DomainSpec: character 13: unexpected "}", expected value or ]',
    );
  });
});

describe("a log's header", () => {
  it("is written and read back", () => {
    const header = logHeaderOf({
      xgt_log: 1,
      xen: "4.17",
      arch: "arm32",
      from_boot: true,
      features: [11],
      recorder: "test",
      grants: [{ ref: 8, dom: 0, gfn: "0xc961b", ro: false }],
      ...domain0,
    });
    expect(logHeaderOf(logHeaderJson(header))).toEqual(header);
    expect(logHeaderJson(header)).toMatchObject({ xgt_log: 1, version: 1, from_boot: true });
  });

  it("says little where little is known", () => {
    expect(logHeaderOf({ xgt_log: 1 })).toEqual({ domains: [], facts: [], fromBoot: false });
  });
});

const domain0 = { domains: [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: "0xc0000", count: 16 }] }] };
