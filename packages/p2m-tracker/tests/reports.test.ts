import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

/** Errors and warnings of a log, in order: "error G46", with "?" where it is not certain. */
async function verdicts(file: string): Promise<string[]> {
  const { result, problems } = await replayText(
    readFileSync(`${import.meta.dirname}/reports/${file}.ndjson`, "utf8"),
  );
  expect(problems).toEqual([]);
  return result.findings
    .filter((finding) => finding.severity !== "info")
    .map((finding) => `${finding.severity} ${finding.rule}${finding.certain ? "" : "?"}`);
}

describe("public reports, as small logs", () => {
  test.each<[string, string[]]>([
    ["01-bus-truncated", ["error G45"]],
    ["02-p2m-insert-failed", ["error G17"]],
    ["04c-status1", ["warning H32"]],
    ["05b-copy-no-status-written", ["warning H32"]],
    ["08-host-addr-is-virtual", ["warning G47"]],
    ["09c-maptrack-full-many", ["warning G47"]],
    ["10-gntdev-partial-leak", ["error G09", "warning G20", "warning G20", "warning G40"]],
    ["10c-gntdev-leak-then-foreign", ["error G46", "warning G20", "warning G40"]],
    ["11d-grant-over-shared-memory", ["error G48"]],
    ["11e-static-shm-dma-fromboot", []],
    ["12d-virtio-grant-dma-fromboot", []],
    ["16-suspend-resume", []],
    ["18-destroy-then-unmap", []],
    ["22-ungrant-while-mapped", ["error G49"]],
    ["22-ungrant-while-mapped-fixed", []],
    ["22c-grant-frame-differs", ["warning H33?"]],
    ["26e-offset-board-many-fromboot", ["warning G53?"]],
    ["34-silo-domu-to-domu", ["warning G47?"]],
    ["34-silo-domu-to-domu-ok", []],
    ["37-acquire-resource-eio", ["error G46", "error G43?"]],
    ["37-acquire-resource-eio-fixed", []],
    ["39-foreign-over-grant", ["error G46"]],
    ["40-foreign-over-grant", ["error G46"]],
    ["40-gnttab-over-grant", ["error G46"]],
    ["40-grant-over-grant", ["error G09"]],
    ["40-resource-over-foreign", ["error G46"]],
    ["42-devmmio-over-grant", ["error G46"]],
  ])("%s", async (file, expected) => {
    expect(await verdicts(file)).toEqual(expected);
  });
});
