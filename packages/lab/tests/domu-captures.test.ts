import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const corpus = join(import.meta.dirname, "../../../corpus/lab");
const DOMU = 1;
const PAGE = 4096n;
/** 256 MiB, and four pages that the domain builder adds (xenstore, console, and two more). */
const DOMU_FRAMES = 65536 + 4;

interface GrantOp {
  readonly host_addr: string;
  readonly dom: number;
  readonly status: number;
  readonly dev_bus_addr: string;
}

interface Line {
  readonly id: number;
  readonly ev: string;
  readonly via: string;
  readonly multicall: number;
  readonly nr: number;
  readonly cmd: number;
  readonly ret: number;
  readonly op: string;
  readonly args: {
    readonly domid: string;
    readonly extent_order: number;
    readonly gpfn: string;
    readonly gpfns: string[];
    readonly ops: GrantOp[];
  };
  readonly ops: GrantOp[];
  readonly segments: { readonly phys: string; readonly bus: string }[];
  readonly domid: number;
  readonly what: string;
  readonly domains: { readonly domid: number }[];
}

function read(xen: string, name: string): Line[] {
  const text = gunzipSync(readFileSync(join(corpus, xen, `${name}.ndjson.gz`))).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Enter and exit of every call of a kind, in the order of their ends. */
function calls(lines: readonly Line[], nr: number, cmd: number): { enter: Line; exit: Line }[] {
  const open = new Map<number, Line>();
  const found = [];
  for (const line of lines) {
    if (line.ev === "enter" && line.nr === nr && line.cmd === cmd) open.set(line.id, line);
    const enter = line.ev === "exit" ? open.get(line.id) : undefined;
    if (enter !== undefined) found.push({ enter, exit: line });
  }
  return found;
}

describe.each(["4.17", "4.20"])("a DomU on Xen %s", (xen) => {
  it("gets its memory by calls of its own, taken out of libxenctrl's multicalls", () => {
    const lines = read(xen, "domain-create");
    const populates = calls(lines, 12, 6).filter(({ enter }) => Number(enter.args.domid) === DOMU);
    const frames = populates.reduce(
      (sum, { enter, exit }) => sum + exit.ret * 2 ** enter.args.extent_order,
      0,
    );
    expect(frames).toBe(DOMU_FRAMES);
    const around = new Set(lines.filter(({ ev, nr }) => ev === "enter" && nr === 13).map(({ id }) => id));
    for (const { enter } of populates) {
      expect(enter.via).toBe("multicall");
      expect(around).toContain(enter.multicall);
    }
  });

  it("is named in the header: translated, and without memory before the toolstack gives it some", () => {
    const domu = { domid: DOMU, mode: "translated", ram: [], regions: [] };
    expect(read(xen, "domain-create")[0].domains).toEqual([expect.objectContaining({ domid: 0 }), domu]);
  });

  it.each(["domain-create", "pv-block", "pv-block-dma"])("is ended by the toolstack (%s)", (name) => {
    const ends = read(xen, name).filter(({ ev }) => ev === "domain");
    expect(ends).toEqual([expect.objectContaining({ domid: DOMU, what: "destroy" })]);
  });

  it("leaves no foreign frame mapped in Dom0", () => {
    const lines = read(xen, "domain-create");
    const mapped = calls(lines, 12, 23).flatMap(({ enter }) => enter.args.gpfns);
    const removed = new Set(calls(lines, 12, 15).map(({ enter }) => enter.args.gpfn));
    expect(mapped.length).toBeGreaterThan(50);
    expect(mapped.filter((gfn) => !removed.has(gfn))).toEqual([]);
  });

  it.each(["pv-block", "pv-block-dma"])("has its disk's pages mapped and unmapped by Dom0 (%s)", (name) => {
    const lines = read(xen, name);
    const maps = calls(lines, 20, 0).flatMap(({ enter, exit }) =>
      enter.args.ops.map((op, index) => ({ ...op, ...exit.ops[index] })),
    );
    const unmaps = calls(lines, 20, 1).flatMap(({ exit }) => exit.ops ?? []);
    expect(maps.length).toBeGreaterThan(20);
    expect(maps.filter(({ dom, status }) => dom !== DOMU || status !== 0)).toEqual([]);
    expect(unmaps.filter(({ status }) => status === 0)).toHaveLength(maps.length);
  });

  it("has its disk's device given the bus address of each granted page", () => {
    const granted = new Map<bigint, bigint>();
    let pages = 0;
    for (const { enter, exit } of timeline(read(xen, "pv-block-dma"))) {
      if (exit !== undefined) {
        enter.args.ops.forEach((op, index) => {
          const { dev_bus_addr } = exit.ops[index];
          granted.set(BigInt(op.host_addr) / PAGE, BigInt(dev_bus_addr) / PAGE);
        });
      } else if (enter.op === "map") {
        for (const { phys, bus } of enter.segments) {
          const wanted = granted.get(BigInt(phys) / PAGE);
          if (wanted === undefined) continue;
          expect(BigInt(bus) / PAGE).toBe(wanted);
          pages++;
        }
      }
    }
    expect(pages).toBeGreaterThan(100);
  });
});

/** Maps of grants, at their ends, and DMA events, in order. */
function* timeline(lines: readonly Line[]): Generator<{ enter: Line; exit?: Line }> {
  const maps = new Map(calls(lines, 20, 0).map((call) => [call.exit, call]));
  for (const line of lines) {
    const map = maps.get(line);
    if (map !== undefined) yield map;
    else if (line.ev === "dma") yield { enter: line };
  }
}
