import { describe, expect, test } from "vitest";
import {
  call,
  EXTENDED,
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
import { messages, said } from "./rule-findings.ts";

const MMIO = 0x4005d;
const header = {
  from_boot: true,
  facts: { domid: 0, dev_mmio_maps: [frame(MMIO)], roles: ["hardware", "control"] },
};

function resource(gfn: number, first = 0): object[] {
  const args = {
    domid: 1,
    type: 1,
    id: 0,
    nr_frames: 1,
    pad: 0,
    frame: frame(first),
    frame_list: [frame(gfn)],
  };
  return call(12, 28, args, { ret: 0 });
}

function devMmio(gfn: number, idx = MMIO): object[] {
  return call(
    12,
    23,
    { domid: 0x7ff0, space: 5, size: 1, res0: 0, idxs: [frame(idx)], gpfns: [frame(gfn)] },
    { ret: 0, errs: [0] },
  );
}

/** Each kind of mapping, at one gfn. */
const mappings: Readonly<Record<string, (gfn: number) => object[]>> = {
  grant: (gfn) => map({ gfn }),
  "another grant": (gfn) => map({ gfn, handle: 2, ref: 9, mfn: 0xc8001 }),
  foreign: (gfn) => mapForeign(gfn),
  "another foreign": (gfn) => mapForeign(gfn, 0, 0x40001),
  resource: (gfn) => resource(gfn),
  "another resource": (gfn) => resource(gfn, 1),
  "grant-table frame": (gfn) => placeXenPage(1, 3, gfn),
  "another grant-table frame": (gfn) => placeXenPage(1, 4, gfn),
  shared_info: (gfn) => placeXenPage(0, 0, gfn),
  "device memory": (gfn) => devMmio(gfn),
  "RAM of the domain": (gfn) => populate([gfn]),
};

/** docs/mappings-over-mappings.md: what the second row puts over the first. */
const table: readonly [string, string, string[]][] = [
  ["grant", "foreign", ["error"]],
  ["grant", "resource", ["error"]],
  ["grant", "grant-table frame", ["error"]],
  ["grant", "shared_info", ["error"]],
  ["grant", "device memory", ["error"]],
  // These two have rules of their own: G09, G10.
  ["grant", "another grant", []],
  ["grant", "RAM of the domain", []],
  ["foreign", "grant", ["error"]],
  ["foreign", "another foreign", ["error"]],
  ["foreign", "foreign", ["warning?"]],
  ["foreign", "resource", ["error"]],
  ["foreign", "grant-table frame", ["error"]],
  ["foreign", "shared_info", ["error"]],
  ["foreign", "device memory", ["error"]],
  ["foreign", "RAM of the domain", ["info"]],
  ["resource", "grant", ["error"]],
  ["resource", "foreign", ["error"]],
  ["resource", "another resource", ["error"]],
  ["resource", "resource", ["warning?"]],
  ["resource", "grant-table frame", ["error"]],
  ["resource", "shared_info", ["error"]],
  ["grant-table frame", "grant", ["error"]],
  ["grant-table frame", "foreign", ["error"]],
  ["grant-table frame", "resource", ["error"]],
  ["grant-table frame", "another grant-table frame", ["error"]],
  ["grant-table frame", "shared_info", ["error"]],
  ["grant-table frame", "device memory", ["error"]],
  ["grant-table frame", "RAM of the domain", ["warning"]],
  ["shared_info", "grant", ["error"]],
  ["shared_info", "foreign", ["error"]],
  ["shared_info", "resource", ["error"]],
  ["shared_info", "grant-table frame", ["error"]],
  ["shared_info", "RAM of the domain", ["warning"]],
  ["device memory", "grant", ["error"]],
  ["device memory", "foreign", ["error"]],
  ["device memory", "device memory", []],
];

/** Severities of G46, with "?" where it is not certain. */
async function severities(log: string): Promise<string[]> {
  return (await said("G46", log)).map((text) => `${text.split(" ")[0]}${text.endsWith("?") ? "?" : ""}`);
}

describe("G46: mappings put over living ones", () => {
  test.each(table)("over %s: %s", async (first, second, expected) => {
    // Populates need own RAM: the bank of the example domain, ballooned out first.
    const gfn = second === "RAM of the domain" ? RAM : EXTENDED;
    const make = (name: string) => (mappings[name] ?? (() => []))(gfn);
    expect(await severities(exampleLogWith(header, make(first), make(second)))).toEqual(expected);
  });

  test("names both mappings and both events", async () => {
    const log = exampleLogWith(header, map({ gfn: EXTENDED }), mapForeign(EXTENDED));
    const { result } = await replayText(log);
    const [finding] = result.findings.filter((each) => each.rule === "G46");
    expect(finding).toMatchObject({ event: 4, causeEvent: 2, gfn: EXTENDED });
    expect(finding.message).toContain("a frame of domain 1 over handle 1 (ref 8 of domain 1)");
  });

  test("explains the unmap that Xen refuses because of it, whatever covered the grant", async () => {
    for (const cover of [mapForeign(EXTENDED), map({ gfn: EXTENDED, handle: 2, ref: 9, mfn: 0xc8001 })]) {
      const log = exampleLogWith(header, map({ gfn: EXTENDED }), cover, unmap(EXTENDED, 1, -1));
      expect((await messages("G46", log)).at(-1)).toBe(
        "unmap_grant_ref of handle 1 (ref 8 of domain 1) is refused because its mapping was replaced at event 4",
      );
    }
  });

  test("cannot tell where only the answer of dev_mmio says that something was mapped", async () => {
    const log = exampleLogWith({ from_boot: true }, map({ gfn: EXTENDED }), devMmio(EXTENDED));
    expect(await severities(log)).toEqual(["warning?"]);
  });

  test("a foreign frame in a log that need not hold every call may have been removed before", async () => {
    expect(await severities(exampleLogWith({}, mapForeign(EXTENDED), map({ gfn: EXTENDED })))).toEqual([
      "info?",
    ]);
  });

  test("nothing is displaced once the old mapping is removed", async () => {
    const log = exampleLogWith(
      header,
      [map({ gfn: EXTENDED }), unmap(EXTENDED), mapForeign(EXTENDED), remove(EXTENDED)].flat(),
      placeXenPage(1, 3, EXTENDED),
      remove(EXTENDED),
      map({ gfn: EXTENDED }),
    );
    expect(await severities(log)).toEqual([]);
  });

  test.each([
    ["4.16", ["error"]],
    ["4.17", []],
  ])(
    "a grant-table frame that moves takes away what its old gfn holds by then: Xen %s",
    async (xen, expected) => {
      const log = exampleLogWith(
        { ...header, xen },
        [
          placeXenPage(1, 3, EXTENDED),
          remove(EXTENDED),
          map({ gfn: EXTENDED }),
          placeXenPage(1, 3, EXTENDED + 1),
        ].flat(),
      );
      expect(await severities(log)).toEqual(expected);
    },
  );
});
