import { describe, expect, it } from "vitest";
import { createdDomains } from "../src/scenarios/created-domains.ts";

function populate(domid: string): string {
  return `{"id":1,"ev":"enter","via":"multicall","multicall":2,"entry":0,"nr":12,"cmd":6,"args":{"domid":"${domid}","extent_order":9,"mem_flags":0,"nr_extents":1,"start_extent":0,"extents":["0x1000"]}}\n`;
}

describe("createdDomains", () => {
  it("are those that somebody gave memory to, each once, translated and empty at the start", async () => {
    const capture = [populate("0x1"), populate("0x7ff0"), populate("0x1"), populate("0x0"), populate("0x2f")];
    const empty = { mode: "translated", ram: [], regions: [] };
    expect(await createdDomains(capture.join(""))).toEqual([
      { domid: 1, ...empty },
      { domid: 0x2f, ...empty },
    ]);
  });

  it("are none where others are only named", async () => {
    const foreign = '{"nr":12,"cmd":23,"args":{"domid":"0x7ff0","space":4,"size":1,"foreign_domid":3}}\n';
    expect(await createdDomains(`${foreign}${populate("0x7ff0")}`)).toEqual([]);
  });
});
