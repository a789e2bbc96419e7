import { describe, expect, test } from "vitest";
import { call, exampleLogWith, frame, populate, RAM } from "../../src/rules/kinds/example.ts";
import { replayText } from "../replay-text.ts";

describe("a plain domain may not name others, nor use large orders", () => {
  const domains = [{ domid: 1, mode: "direct-mapped", ram: [{ gfn: frame(RAM), count: "0x4000" }] }];
  const facts = { domid: 1, roles: [], other_domains: [0] };
  async function contradicted(...events: object[][]): Promise<string[]> {
    const { result } = await replayText(exampleLogWith({ domains, facts }, ...events));
    return result.findings.filter(({ rule }) => rule.startsWith("H")).map(({ rule }) => rule);
  }
  const removal = (ret: number) => call(12, 15, { domid: 0, gpfn: frame(RAM) }, { ret });

  test("-EPERM", async () => {
    expect(await contradicted(removal(-1))).toEqual([]);
    expect(await contradicted(removal(0))).toEqual(["H10"]);
  });
  test("orders above 10, and whether 10 passes is not known", async () => {
    expect(await contradicted(populate([RAM], 0, { extent_order: 11 }))).toEqual([]);
    expect(await contradicted(populate([RAM], 1, { extent_order: 11 }))).toEqual(["H30"]);
    expect(await contradicted(populate([RAM], 0, { extent_order: 10 }))).toEqual([]);
    expect(await contradicted(populate([RAM], 1, { extent_order: 10 }))).toEqual([]);
  });
  test("an exact node", async () => {
    expect(await contradicted(populate([RAM], 0, { mem_flags: 0x20100 }))).toEqual([]);
    expect(await contradicted(populate([RAM], 1, { mem_flags: 0x20100 }))).toEqual(["H02"]);
  });
});
