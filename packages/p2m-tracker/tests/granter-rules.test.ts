import { describe, expect, test } from "vitest";
import { dma, EXTENDED, exampleLogWith, frame, map, unmap } from "../src/rules/kinds/example.ts";
import { said } from "./rule-findings.ts";

const PAGE = 0xc8000;
const header = {
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], iommu: false },
    { domid: 1, mode: "direct-mapped", ram: [{ gfn: "0xc8000", count: "0x4000" }], iommu: false },
  ],
};
const grant = (gfn = PAGE, ref = 8, dom = 0, ro = false) => ({
  ev: "grant",
  domid: 1,
  ref,
  dom,
  gfn: frame(gfn),
  ro,
});
const ungrant = (ref = 8) => ({ ev: "ungrant", domid: 1, ref });
const lost = { ev: "lost", count: 3 };
const ends = (domid: number) => ({ ev: "domain", domid, what: "destroy" });
const mapped = map({ gfn: EXTENDED, mfn: PAGE });
const [unmapEnter, unmapExit] = unmap(EXTENDED) as [object, object];

describe("G49: entries that end while a peer has them mapped", () => {
  test.each<[string, object[], string[]]>([
    ["ended", [grant(), ...mapped, ungrant()], ["error 0xc8000"]],
    ["ended after the unmap", [grant(), ...mapped, ...unmap(EXTENDED), ungrant()], []],
    ["ended while the unmap is under way", [grant(), ...mapped, unmapEnter, ungrant(), unmapExit], []],
    ["written anew for another page", [grant(), ...mapped, grant(PAGE + 1)], ["error 0xc8000"]],
    ["written again as it was", [grant(), ...mapped, grant()], []],
    ["the mapper was destroyed before", [grant(), ...mapped, ends(0), ungrant()], []],
    ["calls were lost before", [grant(), ...mapped, lost, ungrant()], []],
    ["another ref ends", [grant(), grant(PAGE + 1, 9), ...mapped, ungrant(9)], []],
    [
      "mapped twice, unmapped once",
      [
        grant(),
        ...map({ gfn: EXTENDED, mfn: PAGE }, { gfn: EXTENDED + 1, mfn: PAGE, handle: 2 }),
        ...unmap(EXTENDED),
        ungrant(),
      ],
      ["error 0xc8000"],
    ],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G49", exampleLogWith(header, events))).toEqual(expected);
  });
});

describe("G50: entries that end twice", () => {
  test.each<[string, object, object[], string[]]>([
    ["once", header, [grant(), ungrant()], []],
    ["twice", header, [grant(), ungrant(), ungrant()], ["warning -"]],
    ["granted between", header, [grant(), ungrant(), grant(), ungrant()], []],
    ["never granted as far as a late log shows", header, [ungrant()], []],
    ["records lost between", header, [grant(), ungrant(), lost, ungrant()], []],
  ])("%s", async (_what, members, events, expected) => {
    expect(await said("G50", exampleLogWith(members, events))).toEqual(expected);
  });
});

describe("G51: pages that are used anew while a peer has them mapped", () => {
  const reads = (gfn: number, dir = "FROM_DEVICE") => ({ ...dma(gfn, gfn, dir), domid: 1 });
  test.each<[string, object[], string[]]>([
    ["a device writes the page", [grant(), ...mapped, reads(PAGE)], ["warning 0xc8000"]],
    ["a device reads the page", [grant(), ...mapped, reads(PAGE, "TO_DEVICE")], []],
    ["after the unmap", [grant(), ...mapped, ...unmap(EXTENDED), reads(PAGE)], []],
    ["granted, but not mapped", [grant(), reads(PAGE)], []],
    ["granted to another domain too", [grant(), ...mapped, grant(PAGE, 9, 2)], ["warning 0xc8000"]],
    ["granted to the same domain twice", [grant(), ...mapped, grant(PAGE, 9)], []],
    [
      "read-only for the first peer",
      [grant(PAGE, 8, 0, true), ...map({ gfn: EXTENDED, mfn: PAGE, flags: 6 }), grant(PAGE, 9, 2)],
      [],
    ],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G51", exampleLogWith(header, events))).toEqual(expected);
  });
});

describe("H33: frames that are not the entry's", () => {
  const from_boot = { ...header, from_boot: true };
  const other = map({ gfn: EXTENDED, mfn: PAGE + 7 });
  test.each<[string, object, object[], string[]]>([
    ["a log from boot", from_boot, [grant(), ...other], ["warning 0xc8000"]],
    ["a late log", header, [grant(), ...other], ["warning 0xc8000?"]],
    ["the right frame", header, [grant(), ...mapped], []],
    [
      "an older map pins the ref",
      header,
      [grant(PAGE + 7), ...other, grant(), ...map({ gfn: EXTENDED + 1, handle: 2, mfn: PAGE + 7 })],
      [],
    ],
    [
      "a translated granter",
      { domains: [header.domains[0], { domid: 1, mode: "translated" }] },
      [grant(), ...other],
      [],
    ],
    ["a gfn outside of the granter's banks", header, [grant(0x500), ...other], []],
  ])("%s", async (_what, members, events, expected) => {
    expect(await said("H33", exampleLogWith(members, events))).toEqual(expected);
  });
});
