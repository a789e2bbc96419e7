import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { rules } from "../../src/index.ts";
import { oracleLog, readOracle } from "../oracle-log.ts";
import { readEvents, replayBothWays } from "./both-ways.ts";

const corpus = fileURLToPath(new URL("../../../../corpus/", import.meta.url));
/** Logs of the corpus that Linux or the lab wrote. */
const logs = ["traces", "lab", "lab-tracefs"].flatMap((folder) =>
  readdirSync(corpus + folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /(ndjson|trace\.txt|trace_pipe\.txt|ftrace\.txt|dat|hvclog\.jsonl)(\.gz)?$/.test(name))
    .map((name) => `${folder}/${name}`),
);

describe("the straight path says what the other one says", () => {
  for (const name of logs) {
    test(name, async () => {
      const log = await readEvents(corpus + name);
      const both = replayBothWays(log, 64, (straight, round) => expect(straight).toEqual(round));
      expect(both.straight).toEqual(both.round);
    });
  }

  for (const name of ["dom0-4.17-debug", "directmap-domu-4.17", "contrast-domu-plain-4.17"]) {
    test(`the answers of a real Xen, ${name}`, async () => {
      const log = await readEvents("-", oracleLog(readOracle(name), { results: true }));
      const both = replayBothWays(log, 2, (straight, round) => expect(straight).toEqual(round));
      expect(both.straight).toEqual(both.round);
    });
  }

  for (const rule of rules) {
    for (const kind of ["passing", "failing", "repaired"] as const) {
      const text = rule[kind];
      if (text === undefined) continue;
      test(`${rule.id} ${rule.name}, ${kind}`, async () => {
        const log = await readEvents("-", text);
        for (const rows of [1, 2, 100]) {
          const both = replayBothWays(log, rows, (straight, round) => expect(straight).toEqual(round));
          expect(both.straight).toEqual(both.round);
        }
      });
    }
  }
});
