import { describe, expect, it } from "vitest";
import { EXTENDED, exampleLog, map } from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";

describe("a domain that is destroyed and created again", () => {
  const again = [
    { ev: "domain", domid: 0, what: "destroy" },
    { ev: "domain", domid: 0, what: "create" },
  ];
  it.each([
    ["begins with free handles and gfns", again, ["G20"]],
    ["is not told apart from its next life where only the end is recorded", again.slice(0, 1), ["G20"]],
    [
      "is the same domain after the boot of another kernel",
      [{ ev: "domain", domid: 0, what: "boot" }],
      ["G09", "H16"],
    ],
  ])("%s", async (_what, events, expected) => {
    const log = exampleLog(map({ gfn: EXTENDED }), ...events, map({ gfn: EXTENDED }));
    const { result } = await replayText(log);
    const bad = result.findings.filter((finding) => finding.severity !== "info");
    expect([...new Set(bad.map((finding) => finding.rule))].sort()).toEqual(expected);
  });
});
