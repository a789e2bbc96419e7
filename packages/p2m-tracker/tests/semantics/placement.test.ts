import { describe, expect, it } from "vitest";
import { replayText } from "../replay-text.ts";

const AT = "0x60001";
const ELSEWHERE = "0x60002";
const BUSY = -16;
/** A frame of Xen's heap: in no bank. */
const XEN_FRAME = "0xbfc0c";

/** A header with the grant entries of domain 0 to itself; undefined: not known. */
function header(xen: string, grants: readonly object[] | undefined): object {
  const facts = { domid: 0, grant_frames: { max: 64, placed: [] }, shared_info_placed: false, grants };
  const domain = { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x60000", count: "0x1000" }], regions: [] };
  return { xgt_log: 1, version: 1, xen, arch: "arm64", domains: [domain], facts: [facts] };
}

function call(id: number, nr: number, cmd: number, args: object, exit: object): object[] {
  return [
    { id, ev: "enter", nr, cmd, args },
    { id, ev: "exit", ret: 0, ...exit },
  ];
}

const place = (id: number, gpfn: string, ret: number) =>
  call(id, 12, 7, { domid: "0x7ff0", size: 0, space: 1, idx: "0x5", gpfn }, { ret });

/**
 * Places grant-table frame 5, maps a grant over it and unmaps that, and places the frame again with `ret`. Returns the
 * H rules that are broken.
 */
async function broken(
  xen: string,
  ret: number,
  grants: readonly object[] | undefined,
  frame = XEN_FRAME,
): Promise<string[]> {
  const map = { host_addr: `${AT}000`, flags: 2, ref: 8, dom: 0 };
  const mapped = { status: 0, handle: 1, dev_bus_addr: `${frame}000` };
  const unmap = { host_addr: `${AT}000`, dev_bus_addr: "0x0", handle: 1 };
  const lines = [
    header(xen, grants),
    ...place(1, AT, 0),
    ...call(2, 20, 0, { count: 1, ops: [map] }, { ops: [mapped] }),
    ...call(3, 20, 1, { count: 1, ops: [unmap] }, { ops: [{ status: 0 }] }),
    ...place(4, ELSEWHERE, ret),
  ];
  const { result, problems } = await replayText(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  expect(problems).toEqual([]);
  return result.findings.map(({ rule }) => rule).filter((rule) => rule === "H09");
}

const ofItself = [{ ref: 8, dom: 0, gfn: AT, ro: false }];
const ofAnother = [{ ref: 8, dom: 0, gfn: "0x60003", ro: false }];

describe("a Xen page that a grant of the same frame replaces keeps its gfn", () => {
  it("from 4.17 on: no later placement succeeds", async () => {
    expect(await broken("4.17", BUSY, ofItself)).toEqual([]);
    expect(await broken("4.17", 0, ofItself)).toEqual(["H09"]);
    expect(await broken("4.20", BUSY, ofItself)).toEqual([]);
  });

  it("not where the grant is of another frame", async () => {
    expect(await broken("4.17", 0, ofAnother, "0x60003")).toEqual([]);
    expect(await broken("4.17", BUSY, ofAnother, "0x60003")).toEqual(["H09"]);
  });

  it("not before 4.17, where a frame may move", async () => {
    expect(await broken("4.16", 0, ofItself)).toEqual([]);
  });

  it("may be so where the entry is not known", async () => {
    expect(await broken("4.17", BUSY, undefined)).toEqual([]);
    expect(await broken("4.17", 0, undefined)).toEqual([]);
  });

  it("by way of a grant of it at another gfn, too: the bus address tells that the frame is the same", async () => {
    const ops = (ref: number, at: string, handle: number) =>
      [
        { count: 1, ops: [{ host_addr: `${at}000`, flags: 2, ref, dom: 0 }] },
        { ops: [{ status: 0, handle, dev_bus_addr: `${XEN_FRAME}000` }] },
      ] as const;
    const unmap = (at: string, handle: number) =>
      ({ count: 1, ops: [{ host_addr: `${at}000`, dev_bus_addr: "0x0", handle }] }) as const;
    const grants = [
      { ref: 8, dom: 0, gfn: AT, ro: false },
      { ref: 9, dom: 0, gfn: "0x60005", ro: false },
    ];
    const found = async (ret: number) => {
      const lines = [
        header("4.17", grants),
        ...place(1, AT, 0),
        ...call(2, 20, 0, ...ops(8, "0x60005", 1)),
        ...call(3, 20, 0, ...ops(9, AT, 2)),
        ...call(4, 20, 1, unmap(AT, 2), { ops: [{ status: 0 }] }),
        ...place(5, ELSEWHERE, ret),
      ];
      const { result } = await replayText(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      return result.findings.map(({ rule }) => rule).filter((rule) => rule === "H09");
    };
    expect(await found(BUSY)).toEqual([]);
    expect(await found(0)).toEqual(["H09"]);
  });
});
