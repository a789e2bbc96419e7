import { type Run, type RunOptions, type RunRequest, replayRun } from "../src/index.ts";

/** Bank of the domain of these logs: 0x80000-0x83fff, direct-mapped. */
export const HEADER = {
  xgt_log: 1,
  version: 1,
  xen: "4.17",
  arch: "arm64",
  domains: [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], regions: [] }],
};

/** Lines of a log, the header first. */
export function logText(lines: readonly object[]): string {
  return [HEADER, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Both halves of a decrease_reservation (cmd 1) or populate_physmap (cmd 6) of single frames that succeeds. */
export function reservation(id: number, cmd: 1 | 6, gfns: readonly number[], comm = "balloon"): object[] {
  return [begun(id, cmd, gfns, comm), { t: id + 0.5, id, ev: "exit", ret: gfns.length }];
}

/** The beginning of such a call. */
export function begun(id: number, cmd: 1 | 6, gfns: readonly number[], comm = "balloon"): object {
  const extents = gfns.map((gfn) => `0x${gfn.toString(16)}`);
  const args = {
    domid: "0x7ff0",
    extent_order: 0,
    mem_flags: 0,
    nr_extents: gfns.length,
    start_extent: 0,
    extents,
  };
  return { t: id, id, ev: "enter", pid: 7, comm, nr: 12, cmd, args };
}

/** A page that a device gets. */
export function dma(gfn: number, op: "map" | "unmap" = "map"): object {
  const address = `0x${(gfn * 4096).toString(16)}`;
  return {
    ev: "dma",
    op,
    dir: "TO_DEVICE",
    dev: "disk",
    segments: [{ phys: address, bus: address, size: 4096 }],
    shown: 1,
    total: 1,
  };
}

/** Replays a log given as lines. */
export function replayLines(
  lines: readonly object[],
  options: RunOptions = {},
  request: Partial<RunRequest> = {},
): Promise<Run> {
  return replayRun({ paths: ["-"], ...request }, { stdin: streamOf(logText(lines)), ...options });
}

/** A text as what standard input gives. */
export async function* streamOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}
