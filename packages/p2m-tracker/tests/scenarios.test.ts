import { readdirSync, readFileSync } from "node:fs";
import type { Finding } from "@xgt/findings";
import { describe, expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const folder = new URL("./scenarios/", import.meta.url);

/** "error G04 domain 0 gfn 0x31000*2", as scenario files write it. */
function lineOf(finding: Finding): string {
  const domain = finding.domid === null ? "" : ` domain ${finding.domid}`;
  const count = finding.count > 1 ? `*${finding.count}` : "";
  const gfn = finding.gfn === null ? "" : ` gfn 0x${finding.gfn.toString(16)}${count}`;
  return `${finding.severity} ${finding.rule}${domain}${gfn}`;
}

/**
 * Each file: comment lines, `=== log` with an NDJSON log, `=== findings` with every error and warning in order; an
 * `info` line names one that must be there, further information is allowed.
 */
describe("real reports as scenarios", () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".scenario"))) {
    test(name.replace(".scenario", ""), async () => {
      const text = readFileSync(new URL(name, folder), "utf8");
      const [, log, expected] = text.split(/^=== (?:log|findings)\n/m);
      const { result, problems } = await replayText(log);
      expect(problems).toEqual([]);
      const lines = expected.split("\n").filter((line) => line !== "");
      const found = result.findings.map(lineOf);
      expect(found.filter((line) => !line.startsWith("info"))).toEqual(
        lines.filter((line) => !line.startsWith("info")),
      );
      for (const line of lines.filter((candidate) => candidate.startsWith("info")))
        expect(found.some((candidate) => candidate.startsWith(line))).toBe(true);
    });
  }
});
