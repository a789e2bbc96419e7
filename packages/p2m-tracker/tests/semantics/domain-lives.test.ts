import { describe, expect, it } from "vitest";
import { EXTENDED, exampleLogWith, map, unmap } from "../../src/rules/kinds/example.ts";
import { replayText } from "../replay-text.ts";
import { said } from "../rule-findings.ts";

let id = 1000;

/** A domctl of the toolstack in domain 0. */
function domctl(cmd: number, args: object, ret = 0, exit: object = {}): object[] {
  id++;
  return [
    { id, ev: "enter", domid: 0, via: "privcmd", nr: 36, cmd, args },
    { id, ev: "exit", domid: 0, ret, ...exit },
  ];
}

const create = (domid: number, ret = 0, exit: object = {}) => domctl(1, { domid }, ret, exit);
const destroy = (domid: number, ret = 0) => domctl(2, { domid }, ret);
const maxMem = (domid: number, kilobytes: number, ret = 0) =>
  domctl(11, { domid, max_memkb: kilobytes }, ret);
async function domainsOf(...events: object[][]): Promise<string[]> {
  const { result, problems } = await replayText(exampleLogWith({}, events.flat()));
  expect(problems).toEqual([]);
  expect(result.unmodelled).toEqual([]);
  return result.domains.map(({ domid, mode }) => `${domid} ${mode}`);
}

describe("createdomain", () => {
  it.each<[string, object[], string[]]>([
    ["makes a translated domain of the id asked for", create(7), ["7 translated"]],
    [
      "makes one of the id that Xen tells, where 0 was asked for",
      create(0, 0, { domain: 9 }),
      ["9 translated"],
    ],
    ["makes one that nobody can name, where the id was not recorded", create(0), []],
    ["makes none where Xen refuses", create(7, -17), []],
  ])("%s", async (_what, events, expected) => {
    expect(await domainsOf(events)).toEqual(["0 direct-mapped", "1 translated", ...expected]);
  });

  it("begins the life of an id that was there before", async () => {
    const log = exampleLogWith(
      {},
      map({ gfn: EXTENDED }),
      destroy(0),
      create(0, 0, { domain: 0 }),
      map({ gfn: EXTENDED }),
    );
    expect(await said("G09", log)).toEqual([]);
  });
});

describe("destroydomain", () => {
  it.each<[string, object[], string[]]>([
    ["ends the granter: what stays mapped leaks", destroy(1), ["warning 0x100000"]],
    ["ends nothing where Xen refuses", destroy(1, -22), ["info 0x100000"]],
    ["ends only the domain that it names", destroy(5), ["info 0x100000"]],
    ["and what is unmapped afterwards does not leak", [...destroy(1), ...unmap(EXTENDED)], []],
  ])("%s", async (_what, events, expected) => {
    expect(await said("G20", exampleLogWith({}, map({ gfn: EXTENDED }), events))).toEqual(expected);
  });
});

describe("max_mem", () => {
  it.each<[string, object[], number]>([
    ["sets how many pages the domain may own", maxMem(1, 4096), 1024],
    ["the latest counts", [...maxMem(1, 4096), ...maxMem(1, 8195)], 2048],
    ["changes nothing where Xen refuses", [...maxMem(1, 4096), ...maxMem(1, 8192, -22)], 1024],
    ["of another domain changes nothing here", [...maxMem(1, 4096), ...maxMem(5, 8192)], 1024],
  ])("%s", async (_what, events, expected) => {
    const { replay } = await replayText(exampleLogWith({}, events));
    expect(replay.machine.domains.get(1)?.maxPages).toBe(expected);
  });
});
