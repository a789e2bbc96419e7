import { expect } from "vitest";
import { replayText } from "../replay-text.ts";

/** Dom0 with two grants to itself, and a domain 5 whose grant table has eight frames at most. */
const header = {
  xgt_log: 1,
  version: 1,
  xen: "4.17",
  arch: "arm64",
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x60000", count: "0x1000" }], regions: [] },
    { domid: 5, mode: "translated", regions: [] },
  ],
  facts: [
    {
      domid: 0,
      pa_bits: 44,
      live_handles: 0,
      other_domains: [5],
      roles: ["hardware", "control"],
      grant_frames: { max: 64 },
      grants: [
        { ref: 8, dom: 0, gfn: "0x60008", ro: false },
        { ref: 9, dom: 0, gfn: "0x60009", ro: false },
        { ref: 10, dom: 5, gfn: "0x6000a", ro: false },
      ],
    },
    { domid: 5, grant_frames: { max: 8 } },
  ],
};

/** One call with its answer; what is left out: 0, and nothing written. */
export interface Call {
  readonly nr: number;
  readonly cmd: number;
  readonly args: object;
  readonly ret?: number;
  readonly out?: object;
}

/** Rules of the H list that calls of Dom0 break, and its p2m afterwards. */
export async function replayCalls(calls: readonly Call[]) {
  const events = calls.flatMap(({ nr, cmd, args, ret = 0, out = {} }, index) => [
    { id: index + 1, ev: "enter", nr, cmd, args },
    { id: index + 1, ev: "exit", ret, ...out },
  ]);
  const { result, replay, problems } = await replayText(
    [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  expect(problems).toEqual([]);
  const broken = result.findings.map(({ rule }) => rule).filter((rule) => rule.startsWith("H"));
  return { broken, p2m: replay.machine.domains.get(0)?.p2m };
}
