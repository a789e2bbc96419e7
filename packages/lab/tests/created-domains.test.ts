import { describe, expect, it } from "vitest";
import { createdDomains } from "../src/scenarios/lab.ts";

function populate(domid: string): string {
  return `{"id":1,"ev":"enter","via":"multicall","multicall":2,"entry":0,"nr":12,"cmd":6,"args":{"domid":"${domid}","extent_order":9}}\n`;
}

describe("createdDomains", () => {
  it("are those that somebody gave memory to, each once, translated and empty at the start", () => {
    const capture = [populate("0x1"), populate("0x7ff0"), populate("0x1"), populate("0x0"), populate("0x2f")];
    const empty = { mode: "translated", ram: [], regions: [] };
    expect(createdDomains(capture.join(""))).toEqual([
      { domid: 1, ...empty },
      { domid: 0x2f, ...empty },
    ]);
  });

  it("are none where others are only named", () => {
    const foreign = '{"nr":12,"cmd":23,"args":{"domid":"0x7ff0","space":4,"size":1,"foreign_domid":3}}\n';
    expect(createdDomains(`${foreign}${populate("0x7ff0")}`)).toEqual([]);
  });
});
