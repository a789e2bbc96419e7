import { EventBatch } from "@xgt/hypercall-log";
import { describe, expect, test, vi } from "vitest";
import { SlotStack } from "../../src/memory/slot-stack.ts";
import { type LoggedEvents, readEvents, replayBothWays } from "./both-ways.ts";
import { HealthyLog, headers, type Line } from "./healthy-log.ts";

const EXTENDED = 0x200000;
const PEER = 0x800000;
const address = (frame: number): string => `0x${(frame * 4096).toString(16)}`;

async function read(header: Line | undefined, lines: readonly Line[]): Promise<LoggedEvents> {
  return readEvents("-", [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function same(log: LoggedEvents): ReturnType<typeof replayBothWays> {
  const both = replayBothWays(log, 1000, (one, other) => expect(one).toEqual(other));
  expect(both.straight).toEqual(both.round);
  return both;
}

let calls = 0;
function call(nr: number, cmd: number, args: Line, result: Line): Line[] {
  const id = ++calls;
  return [
    { ev: "enter", id, pid: 90, nr, cmd, args },
    { ev: "exit", id, ret: 0, ...result },
  ];
}

function map(gfn: number, handle: number, ref: number, more: Line = {}): Line[] {
  const ops = [{ host_addr: address(gfn), flags: 2, ref, dom: 1 }];
  const results = [{ status: 0, handle, ...more }];
  return call(20, 0, { count: 1, ops }, { ops: results });
}

function unmap(gfn: number, handle: number): Line[] {
  const ops = [{ host_addr: address(gfn), handle }];
  return call(20, 1, { count: 1, ops }, { ops: [{ status: 0 }] });
}

const bus = (ref: number): Line => ({ dev_bus_addr: address(PEER + ref) });
/** DMA that is over and was not seen to begin: the module takes it, and looks at the next row. */
const dmas: readonly Line[] = Array.from({ length: 40 }, () => ({
  ...{ ev: "dma", op: "unmap", dev: "disk", dir: "TO_DEVICE" },
  segments: [{ bus: "0x1000", size: 4096 }],
}));

/** A domain whose grants are known to pass, and whose row is the module's. */
const before = [...map(EXTENDED, 1, 8, bus(8)), ...unmap(EXTENDED, 1)];

/** The log with the payload of its rows of a kind emptied, as where two logs of one call say different things. */
function emptied(log: LoggedEvents, isEmptied: (row: number) => boolean): LoggedEvents {
  const batch = new EventBatch();
  let row = 0;
  for (const each of log.batches) {
    for (let i = 0; i < each.length; i++, row++) {
      batch.append(each, i);
      if (isEmptied(row)) batch.dropLastPayload();
    }
  }
  return { ...log, batches: [batch] };
}

describe("the straight path's WebAssembly module takes", () => {
  test("no row of another domain, whose balloon comes between", async () => {
    const balloon = (domid: number, cmd: number): Line[] => {
      const extents = ["0x80000", "0x80001", "0x80002"];
      const args = { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: 3, extents };
      return call(12, cmd, args, { ret: 3 }).map((line) => ({ ...line, domid }));
    };
    const both = [0, 1].flatMap((domid) => [...balloon(domid, 1), ...balloon(domid, 6)]);
    const quiet = dmas.map((line) => ({ ...line, domid: 0 }));
    const { native } = same(await read(headers[2], [...both, ...quiet, ...balloon(1, 1), ...both]));
    expect(native).toBeGreaterThan(0);
  });

  test("no handle for the slot of another one", async () => {
    const dense = 2 ** 20;
    const maps = [...map(EXTENDED, dense + 1, 9, bus(9)), ...map(EXTENDED, dense, 10, bus(10))];
    same(
      await read(headers[0], [...before, ...maps, ...unmap(EXTENDED, dense), ...unmap(EXTENDED, dense + 1)]),
    );
    const unknown = [...map(EXTENDED, dense + 1, 9), ...map(EXTENDED + 1, dense, 10)];
    const entries = [EXTENDED, EXTENDED + 1].map((gfn) => ({
      ...{ ev: "guest_p2m", pid: 90, nr: 1 },
      ...{ pfn: `0x${gfn.toString(16)}`, mfn: `0x${(PEER + gfn).toString(16)}` },
    }));
    const erased = entries.map((entry) => ({ ...entry, pfn: "0x200009", mfn: "0xffffffffffffffff" }));
    same(await read(headers[0], [...before, ...unknown, ...erased, ...entries]));
  });

  test("no call of which a half says nothing, whatever stands behind it", async () => {
    const populate = { domid: 0, extent_order: 0, mem_flags: 0, nr_extents: 1, extents: ["0x80000"] };
    const calls = [...map(EXTENDED, 1, 8, bus(8)), ...call(12, 6, populate, {}), ...unmap(EXTENDED, 1)];
    const log = await read(headers[2], [...before, ...dmas, ...before, ...dmas, ...calls]);
    const first = 2 * (before.length + dmas.length);
    for (let row = first; row < first + calls.length; row++) same(emptied(log, (each) => each === row));
  });

  test("no page count for changed where none came", async () => {
    const reservation = (cmd: number, pages: number): Line[] =>
      call(12, cmd, { domid: "0x7ff0" }, { ret: pages });
    const domains = [
      { domid: 0, mode: "translated", ram: [{ gfn: "0x80000", count: "0x1000" }], iommu: false },
    ];
    const lines = [...reservation(3, 5000), ...reservation(4, 100), ...dmas];
    const { native } = same(await read({ ...headers[2], domains }, lines));
    expect(native).toBeGreaterThan(0);
  });

  test("DMA of frames that are under DMA already, whichever ends first", async () => {
    const ram = 0x80000;
    const dma = (op: string, bus: number, pages = 1): Line => ({
      ...{ ev: "dma", op, dev: "disk", dir: "TO_DEVICE" },
      segments: [
        { ...(op === "map" ? { phys: address(bus) } : {}), bus: address(bus), size: pages * 4096 - 1 },
      ],
    });
    // By their part of the page they have different bus addresses.
    const part = (op: string, at: number): Line => ({
      ...{ ev: "dma", op, dev: "disk", dir: "TO_DEVICE" },
      segments: [
        { phys: `0x${(ram * 4096 + at).toString(16)}`, bus: `0x${(ram * 4096 + at).toString(16)}`, size: 8 },
      ],
    });
    const maps = [
      part("map", 8),
      part("map", 16),
      dma("map", ram, 3),
      dma("map", ram + 1, 3),
      part("map", 24),
    ];
    const ends = [
      part("unmap", 8),
      part("unmap", 16),
      dma("unmap", ram),
      dma("unmap", ram + 1),
      part("unmap", 24),
    ];
    const known = [part("map", 0), part("unmap", 0)];
    for (let first = 0; first < ends.length; first++) {
      const order = [...ends.slice(first), ...ends.slice(0, first).reverse()];
      const rows = [...maps, ...order, ...dmas];
      const { native } = same(await read(headers[0], [...known, ...dmas, ...rows]));
      expect(native).toBeGreaterThanOrEqual(rows.length);
    }
  });

  test("maps of a ref that is mapped already, whichever ends first", async () => {
    const gfns = [0, 1, 2, 3].map((page) => EXTENDED + page);
    const maps = gfns.flatMap((gfn, handle) => map(gfn, handle, 8, bus(8)));
    for (let first = 0; first < gfns.length; first++) {
      const order = [...gfns.keys()].map((handle) => (handle + first) % gfns.length);
      const ends = order.flatMap((handle) => unmap(gfns[handle], handle));
      const rows = [...maps, ...ends, ...dmas];
      const { native } = same(await read(headers[0], [...before, ...dmas, ...rows]));
      expect(native).toBeGreaterThanOrEqual(rows.length);
    }
    // Not one of another frame.
    same(await read(headers[0], [...before, ...dmas, ...maps, ...map(EXTENDED + 4, 9, 8, bus(9)), ...dmas]));
  });

  test("nothing while a ref or a frame is larger than any can be", async () => {
    const huge = "0xfffffffffffffc00";
    const maps = [
      ...map(EXTENDED, 1, 8, bus(8)),
      ...call(
        20,
        0,
        {
          ...{ count: 1, ops: [{ host_addr: address(EXTENDED + 1), flags: 2, ref: huge, dom: 1 }] },
        },
        { ops: [{ status: 0, handle: 2, dev_bus_addr: address(PEER) }] },
      ),
    ];
    const ends = [...unmap(EXTENDED + 1, 2), ...unmap(EXTENDED, 1)];
    const entry = { ev: "guest_p2m", pid: 90, nr: 1, pfn: "0x200000", mfn: huge };
    for (const lines of [
      [...maps, ...ends],
      [...maps, entry, ...ends],
      [...map(EXTENDED, 1, 8), entry],
    ])
      same(await read(headers[0], [...before, ...dmas, ...lines, ...before, ...dmas]));
  });

  test("nothing once a column lies elsewhere", async () => {
    const lend = vi.spyOn(SlotStack.prototype, "lend").mockImplementation((kernel) => {
      kernel.isExhausted = true;
    });
    try {
      const { native } = same(await read(headers[0], new HealthyLog(7, 40, 64).lines));
      expect(native).toBe(0);
    } finally {
      lend.mockRestore();
    }
  });
});
