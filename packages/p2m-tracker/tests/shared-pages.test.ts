import { describe, expect, test } from "vitest";
import {
  decrease,
  EXTENDED,
  exampleLogWith,
  frame,
  map,
  mapForeign,
  populate,
  RAM,
  remove,
  share,
  unshare,
} from "../src/rules/kinds/example.ts";
import { said } from "./rule-findings.ts";

const lost = { ev: "lost", count: 3 };
const grant = (gfn: number, dom = 1, ro = false) => ({ ev: "grant", ref: 8, dom, gfn: frame(gfn), ro });
const many = (count: number | string) => ({ ...share(RAM), nr: count });
const fromBoot = { from_boot: true };

describe("G54: pages that the secure world has", () => {
  test.each<[string, object[], string[]]>([
    ["ballooned out", [share(RAM), ...decrease([RAM])], ["error 0x80000"]],
    ["removed from the physmap", [share(RAM), ...remove(RAM)], ["error 0x80000"]],
    ["covered by a grant", [share(RAM), ...map({ gfn: RAM })], ["error 0x80000"]],
    ["covered by a foreign page", [share(RAM), ...mapForeign(RAM)], ["error 0x80000"]],
    ["granted to be written", [share(RAM), grant(RAM)], ["warning 0x80000"]],
    ["granted to be read", [share(RAM), grant(RAM, 1, true)], ["info 0x80000"]],
    ["granted to itself", [share(RAM), grant(RAM, 0)], []],
    ["given back before", [share(RAM), unshare(RAM), ...decrease([RAM])], []],
    [
      "in two buffers, given back once",
      [share(RAM), share(RAM), unshare(RAM), ...decrease([RAM])],
      ["error 0x80000"],
    ],
    ["a buffer of several pages", [many(3), ...decrease([RAM + 1, RAM + 2])], ["error 0x80001+2"]],
    ["the page beside a buffer", [many(3), ...decrease([RAM + 3])], []],
    ["a refused decrease", [share(RAM), ...decrease([RAM], 0)], []],
    ["records lost between", [share(RAM), lost, ...decrease([RAM])], []],
    ["populated in place", [share(RAM), ...populate([RAM])], []],
    [
      "the domain was destroyed between",
      [share(RAM), { ev: "domain", domid: 0, what: "destroy" }, ...decrease([RAM])],
      [],
    ],
    ["a buffer larger than any memory", [many("0xffffffffffffffff"), ...decrease([RAM])], ["error 0x80000"]],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G54", exampleLogWith({}, events))).toEqual(expected);
  });
});

describe("G55: pages given back that were not shared", () => {
  test.each<[string, object, object[], string[]]>([
    ["never shared", fromBoot, [unshare(RAM)], ["warning 0x80000"]],
    ["twice", fromBoot, [share(RAM), unshare(RAM), unshare(RAM)], ["warning 0x80000"]],
    ["shared before the log, perhaps", {}, [unshare(RAM)], []],
    ["shared among lost records, perhaps", fromBoot, [lost, unshare(RAM)], []],
    ["more pages than were shared", fromBoot, [many(2), { ...unshare(RAM), nr: 4 }], ["warning 0x80002+2"]],
  ])("%s", async (_what, members, events, expected) => {
    expect(await said("G55", exampleLogWith(members, events))).toEqual(expected);
  });
});

describe("G56: shares of what Xen refuses", () => {
  test.each<[string, object[], string[]]>([
    ["a hole", [...decrease([RAM]), share(RAM)], ["warning 0x80000"]],
    ["an extended region, untouched since a log that began late", [share(EXTENDED)], ["warning 0x100000?"]],
    ["a granted page", [...map({ gfn: EXTENDED }), share(EXTENDED)], ["warning 0x100000"]],
    ["a frame that nothing is known of", [share(0xf0000)], []],
    ["own RAM", [share(RAM)], []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G56", exampleLogWith({}, events))).toEqual(expected);
  });
});
