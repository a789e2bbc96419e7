import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventKind } from "../src/events/event-kind.ts";
import { ftrace } from "../src/formats/ftrace/ftrace.ts";
import { eventsOf, readWhole, type WholeLog } from "./read-log.ts";
import { eventLine, head, longCall, readTrace, traceOf } from "./trace-text.ts";

const P2M = "p2m: (__set_phys_to_machine_multi+0x0/0x27c) pfn=0xcd6b9 mfn=0xcd8a3 n=1";
const mapEnter = (uop = "0xffff00000d409b00", site = "gnttab_map_refs_40") =>
  `gt_e_${site}: (gnttab_map_refs+0x40/0x1dc) cmd=0 uop=${uop} count=1 w={0xcd6b9000,0x800000002,0xffffffff00010000}`;
const mapExit = (uop = "0xffff00000d409b00", site = "gnttab_map_refs_40") =>
  `gt_r_${site}: (gnttab_map_refs+0x44/0x1dc) ret=0 uop=${uop} count=1 w={0xcd6b9000,0x800000002,0x500000000}`;

/** Events as objects, without what a test does not look at. */
function parsed(log: WholeLog): Record<string, unknown>[] {
  return log.written.map((line) => JSON.parse(line));
}

/** Kinds and call ids in order. */
function calls({ batch }: WholeLog): [string, number][] {
  const names: Record<number, string> = { [EventKind.enter]: "enter", [EventKind.exit]: "exit" };
  return Array.from({ length: batch.length }, (_, row) => row)
    .filter((row) => batch.kind[row] in names)
    .map((row) => [names[batch.kind[row]], batch.call[row]]);
}

describe("heads of lines", () => {
  test.each([
    ["plain", "             gnt-160     [001] d....    28.122000", "gnt", 160, 1],
    [
      "blanks, dashes, dots and colons in the name",
      "  a-1 [0]: b.c-4242    [003] .....    28.122000",
      "a-1 [0]: b.c",
      4242,
      3,
    ],
    [
      "a name as long as the kernel keeps",
      " kworker/u16:1+e-88      [000] d..1.    28.122000",
      "kworker/u16:1+e",
      88,
      0,
    ],
    ["no name left in the trace", "           <...>-156     [001] d....    28.122000", undefined, 156, 1],
    ["an idle task", "          <idle>-0       [000] ..s..    28.122000", "<idle>", 0, 0],
    [
      "a column of thread groups",
      "             gnt-160     (    158) [001] d....    28.122000",
      "gnt",
      160,
      1,
    ],
    ["an unknown thread group", "             gnt-160     (-------) [001] d....    28.122000", "gnt", 160, 1],
    ["four flags", "             gnt-160     [001] d..1    28.122000", "gnt", 160, 1],
    ["no flags", "             gnt-160   [001]    28.122000", "gnt", 160, 1],
    ["not padded", "gnt-160 [001] d.... 28.122000", "gnt", 160, 1],
    ["nanoseconds", "             gnt-160     [001] d....    28.122000000", "gnt", 160, 1],
  ])("%s", (_, start, comm, pid, cpu) => {
    const log = traceOf(`${start}: ${P2M}`);
    expect(log.problems).toEqual([]);
    expect(parsed(log)).toEqual([
      { t: 28.122, ev: "guest_p2m", cpu, pid, ...(comm && { comm }), pfn: "0xcd6b9", mfn: "0xcd8a3", nr: 1 },
    ]);
  });

  test("a clock that only counts gives no times", () => {
    const [event] = parsed(traceOf(`             gnt-160     [001] d....  48216: ${P2M}`));
    expect(event).toMatchObject({ ev: "guest_p2m", pid: 160 });
    expect(event).not.toHaveProperty("t");
  });

  test("line ends of another system", () => {
    const log = readWhole(ftrace, `${eventLine(1, P2M)}\r\n${eventLine(2, "tracing_mark_write: note")}\r\n`);
    expect(parsed(log)).toMatchObject([{ ev: "guest_p2m" }, { ev: "mark", text: "note" }]);
  });
});

describe("joining the events of a call", () => {
  const frames = Array.from({ length: 512 }, (_, i) => 0xcd000 + i);
  const whole = longCall(frames);
  const list = (log: WholeLog, at = 0) => (parsed(log)[at] as { args?: { extents: string[] } }).args?.extents;

  test.each([
    ["later part first", [whole.later, whole.first]],
    ["later part last", [whole.first, whole.later]],
  ])("%s", (_, parts) => {
    const log = traceOf(...[...parts, whole.exit].map((text, i) => eventLine(10 + i, text)));
    expect(list(log)).toEqual(frames.map((frame) => `0x${frame.toString(16)}`));
    expect(log.batch.place[0]).toBe(2);
    expect(log.batch.time[0]).toBe(0.000011);
    expect(calls(log)).toEqual([
      ["enter", 1],
      ["exit", 1],
    ]);
  });

  test("events of other threads between the parts", () => {
    const other = longCall(frames.map((frame) => frame + 0x1000));
    const log = traceOf(
      eventLine(1, whole.later, head(40)),
      eventLine(2, other.later, head(41, 1)),
      eventLine(3, other.first, head(41, 1)),
      eventLine(4, P2M, head(42, 1)),
      eventLine(5, whole.first, head(40)),
      eventLine(6, other.exit, head(41, 1)),
      eventLine(7, whole.exit, head(40)),
    );
    expect(parsed(log).map(({ ev, pid, id }) => [ev, pid, id])).toEqual([
      ["enter", 41, 1],
      ["guest_p2m", 42, undefined],
      ["enter", 40, 2],
      ["exit", 41, 1],
      ["exit", 40, 2],
    ]);
    expect(list(log, 2)).toHaveLength(512);
    expect(list(log)?.[0]).toBe("0xce000");
  });

  test("zeros behind the declared elements mean nothing", () => {
    const { first, exit } = longCall(frames.slice(0, 70));
    const log = traceOf(eventLine(1, first), eventLine(2, exit));
    expect(list(log)).toHaveLength(70);
  });

  test("zeros at the end of the declared elements: a fetch that failed, so the list is cut there", () => {
    const { first, exit } = longCall(frames.slice(0, 64), 70);
    const log = traceOf(eventLine(1, first), eventLine(2, exit));
    expect(list(log)).toHaveLength(64);
    expect(parsed(log)[0]).toMatchObject({ args: { nr_extents: 70 } });
  });

  test("the later part is missing: the list is cut", () => {
    const log = traceOf(eventLine(1, whole.first), eventLine(2, whole.exit));
    expect(list(log)).toHaveLength(320);
    expect(calls(log)).toEqual([
      ["enter", 1],
      ["exit", 1],
    ]);
    expect([...log.stats.skipped]).toEqual([["lists of which a part is missing", 1]]);
  });

  test("the first part is missing: what the call named is not known", () => {
    const log = traceOf(eventLine(1, whole.later), eventLine(2, whole.exit));
    expect(parsed(log)).toMatchObject([
      { ev: "enter", id: 1, nr: 12, cmd: 1 },
      { ev: "exit", id: 1, ret: 512 },
    ]);
    expect(parsed(log)[0]).not.toHaveProperty("args");
  });

  test("lists longer than all parts together are passed on at the last part once a first one told so", () => {
    const long = longCall(frames, 600);
    const log = traceOf(
      ...[long.later, long.first, long.exit, long.later, long.first].map((text, i) => eventLine(i, text)),
      eventLine(9, P2M, head(7)),
      eventLine(10, long.exit),
    );
    expect(parsed(log).map(({ ev }) => ev)).toEqual(["enter", "exit", "enter", "guest_p2m", "exit"]);
    expect(list(log, 2)).toHaveLength(512);
  });

  test("a log that ends inside a list", () => {
    expect(parsed(traceOf(eventLine(1, whole.later)))).toMatchObject([{ ev: "enter", nr: 12 }]);
  });

  test("continuation bits of a command", () => {
    const text = `mo_s_x: (x+0x1/0x2) cmd=${6 + 5 * 64} arg=0x10 nr=1 a={0x8,0x9,0x0,0x7ff0} f={0xcd000}`;
    expect(parsed(traceOf(eventLine(1, text)))).toMatchObject([{ cmd: 6, args: { start_extent: 5 } }]);
  });

  test("holds a command word as far as a double does, and is written so", () => {
    const [enter] = parsed(traceOf(eventLine(1, "mo_s_x: () cmd=0xfffffffffffffffe")));
    expect(enter).toMatchObject({ ev: "enter", nr: 12, cmd: "0xfffffffffffff800" });
  });
});

describe("pairing entries and returns", () => {
  test("an interrupt's call inside another one of the same thread", () => {
    const inner = ["0xffff000000001000", "dma_cache_maint_d8"] as const;
    const log = traceOf(
      eventLine(1, mapEnter(), head(160)),
      eventLine(2, mapEnter(...inner), head(160, 0, "d.h1.")),
      eventLine(3, mapExit(...inner), head(160, 0, "d.h1.")),
      eventLine(4, mapExit(), head(160)),
    );
    expect(calls(log)).toEqual([
      ["enter", 1],
      ["enter", 2],
      ["exit", 2],
      ["exit", 1],
    ]);
  });

  test("a return that was lost does not give its call the next one's", () => {
    const log = traceOf(
      eventLine(1, mapEnter()),
      eventLine(2, mapEnter()),
      eventLine(3, mapExit()),
      eventLine(4, mapExit()),
    );
    expect(calls(log)).toEqual([
      ["enter", 1],
      ["enter", 2],
      ["exit", 2],
      ["exit", 3],
    ]);
    expect(parsed(log)[3]).toMatchObject({ ev: "exit", ret: 0 });
  });

  test.each([
    ["another place in the kernel", mapExit(undefined, "gnttab_map_refs_e8")],
    ["another argument", mapExit("0xffff00000d409000")],
    ["another hypercall", "mo_r_gnttab_map_refs_40: (x+0x4/0x8) ret=0 arg=0xffff00000d409b00"],
  ])("a return with %s is that of a call whose entry was lost", (_, exit) => {
    expect(calls(traceOf(eventLine(1, mapEnter()), eventLine(2, exit)))).toEqual([
      ["enter", 1],
      ["exit", 2],
    ]);
  });

  test("idle tasks of two CPUs are two threads", () => {
    const log = traceOf(
      eventLine(1, mapEnter(), head(0, 0)),
      eventLine(2, mapEnter(), head(0, 1)),
      eventLine(3, mapExit(), head(0, 0)),
      eventLine(4, mapExit(), head(0, 1)),
    );
    expect(calls(log).map(([, id]) => id)).toEqual([1, 2, 1, 2]);
  });

  test("a thread that moves to another CPU", () => {
    const log = traceOf(eventLine(1, mapEnter(), head(160, 0)), eventLine(2, mapExit(), head(160, 1)));
    expect(calls(log).map(([, id]) => id)).toEqual([1, 1]);
  });

  test.each([
    ["its CPU", 0, [1, 2]],
    ["another CPU", 1, [1, 1]],
  ])("events of %s lost during a call", (_, cpu, ids) => {
    const log = traceOf(eventLine(1, mapEnter()), `CPU:${cpu} [LOST 7 EVENTS]`, eventLine(2, mapExit()));
    expect(calls(log).map(([, id]) => id)).toEqual(ids);
    expect(parsed(log)[1]).toEqual({ ev: "lost", cpu, count: 7 });
    expect(log.stats.lost).toBe(7);
  });
});

describe("arguments from raw words", () => {
  const only = (text: string) => parsed(traceOf(eventLine(1, text)))[0];
  const place = "(privcmd_ioctl+0x698/0xcc0 [xen_privcmd])";

  test("padding and words past the count hold what was there before", () => {
    expect(
      only(`pc_mo_x: ${place} op=12 cmd=15 arg=0xffffa9662000 a={0xc78e7ff0,0xc91c7,0x5,0x6}`),
    ).toMatchObject({
      via: "privcmd",
      nr: 12,
      cmd: 15,
      args: { domid: "0x7ff0", gpfn: "0xc91c7" },
    });
  });

  test("a batch: foreign_domid or res0 by its space", () => {
    const batch = (space: number) =>
      only(
        `pc_mb_x: ${place} op=12 cmd=23 arg=0xf a={0x10002000${space}7ff0,0x10,0x20,0x30} idxs={0x40000,0x40001,0x0} gpfns={0xc9644,0xc9645,0x0}`,
      );
    expect(batch(4)).toMatchObject({
      args: { domid: "0x7ff0", space: 4, size: 2, foreign_domid: 1, idxs: ["0x40000", "0x40001"] },
    });
    expect(batch(1)).toMatchObject({ args: { space: 1, res0: 1, gpfns: ["0xc9644", "0xc9645"] } });
    expect(batch(1).args).not.toHaveProperty("foreign_domid");
  });

  test("the first of many ops", () => {
    expect(only("gt_e_x: (x+0x1/0x2) cmd=1 uop=0x10 count=40 w={0xcd6b9000,0x0,0x7}")).toMatchObject({
      args: { count: 40, ops: [{ host_addr: "0xcd6b9000", handle: 7 }] },
    });
  });

  test("an op of which only the first words were read", () => {
    // The flags that say which member of the unions is meant lie behind them.
    expect(only("gt_e_x: (x+0x1/0x2) cmd=5 uop=0x10 count=1 w={0x8,0x8000000,0xc1c6f}").args).toEqual({
      count: 1,
      ops: [{ source: { domid: 0, offset: 2048 } }],
    });
  });

  test.each([
    ["a null list", "cmd=0 arg=0x10 nr=1 a={0x0,0x1,0x0,0x7ff0} f={0x0}", []],
    ["an empty list", "cmd=6 arg=0x10 nr=0 a={0x8,0x0,0x0,0x7ff0} f={0x0}", []],
    ["a list that was not read", "cmd=6 arg=0x10 nr=1 a={0x8,0x1,0x0,0x7ff0} f={0x0}", ["extents"]],
  ])("%s", (_, text, lists) => {
    const { args } = only(`mo_s_x: (x+0x1/0x2) ${text}`) as { args: Record<string, unknown> };
    expect(args).toMatchObject({ domid: "0x7ff0" });
    expect(Object.keys(args).filter((key) => key === "extents")).toEqual(lists);
  });

  test("an argument that was not read", () => {
    const event = only("mo_s_x: (x+0x1/0x2) cmd=7 arg=0x10 nr=0 a={0x0,0x0,0x0,0x0} f={0x0}");
    expect(event).toMatchObject({ nr: 12, cmd: 7 });
    expect(event).not.toHaveProperty("args");
  });

  test("results through privcmd, one row for each op", () => {
    const log = traceOf(
      eventLine(
        1,
        `pc_gt_x: ${place} op=20 cmd=1 uop=0xffffa9662000 count=2 w0={0x107fd0000,0x0,0x30,0x107fd1000,0x0,0x31}`,
      ),
      eventLine(
        2,
        `pc_r_x: ${place} op=20 ret=0 uop=0xffffa9662000 w={0x107fd0000,0x0,0xfffc00000030,0x107fd1000,0x0,0x31}`,
      ),
    );
    expect(parsed(log)[1]).toMatchObject({ ops: [{ status: -4 }, { status: 0 }] });
  });

  test("other hypercalls are calls without arguments", () => {
    const log = traceOf(
      eventLine(1, `pc_xx_x: ${place} op=13 cmd=281473530830848`),
      eventLine(2, `pc_r_x: ${place} op=13 ret=0 uop=0x1 w={0x0}`),
      eventLine(3, `pc_xx_x: ${place} op=36 cmd=281473530830848`),
    );
    expect(parsed(log)).toMatchObject([
      { ev: "enter", via: "privcmd", nr: 13 },
      { ev: "exit", ret: 0 },
      { ev: "enter", nr: 36 },
    ]);
  });
});

describe("Linux's dma events", () => {
  const dma = (...texts: string[]) => traceOf(...texts.map((text, i) => eventLine(i, text)));
  const one = (text: string) => parsed(dma(text))[0];
  const address = "dma_addr=137e0a000 size=4096";
  const dev = "0000:00:01.0";

  test.each(["dma_map_page", "dma_map_phys", "dma_map_resource"])("%s", (name) => {
    expect(
      one(`${name}: ${dev} dir=FROM_DEVICE ${address} phys_addr=105c18000 attrs=SKIP_CPU_SYNC`),
    ).toMatchObject({
      op: "map",
      dir: "FROM_DEVICE",
      dev,
      segments: [{ phys: "0x105c18000", bus: "0x137e0a000", size: 4096 }],
    });
  });

  test.each(["dma_unmap_page", "dma_unmap_phys", "dma_unmap_resource"])("%s", (name) => {
    expect(one(`${name}: ${dev} dir=TO_DEVICE ${address} attrs=`)).toMatchObject({
      op: "unmap",
      dir: "TO_DEVICE",
      segments: [{ bus: "0x137e0a000", size: 4096 }],
    });
  });

  test("coherent memory: a map without a page, and its unmap", () => {
    const alloc = `dir=BIDIRECTIONAL ${address} virt_addr=0000000001dba3e4 flags=GFP_ATOMIC|__GFP_ZERO attrs=`;
    const free = `dir=BIDIRECTIONAL ${address} virt_addr=0000000001dba3e4 attrs=`;
    const events = parsed(
      dma(
        `dma_alloc: ${dev} ${alloc}`,
        `dma_free: ${dev} ${free}`,
        `dma_alloc: ${dev} ${alloc.replace("dir=BIDIRECTIONAL ", "")}`,
      ),
    );
    const segments = [{ bus: "0x137e0a000", size: 4096 }];
    expect(events).toMatchObject([
      { op: "map", segments },
      { op: "unmap", segments },
      { op: "map", segments },
    ]);
  });

  test("scatter lists", () => {
    const sg = (nents: string, ents: string, bus: string, phys: string, note = "") =>
      one(
        `dma_map_sg: ${dev} dir=TO_DEVICE nents=${nents} ents=${ents}${note} dma_addrs={${bus}} sizes={0x1000,0x800} phys_addrs={${phys}} attrs=`,
      );
    expect(sg("2/2", "2/2", "0x137e09000,0x137e08000", "0x105c19000,0x105c1a000")).toMatchObject({
      segments: [
        { phys: "0x105c19000", bus: "0x137e09000", size: 4096 },
        { phys: "0x105c1a000", bus: "0x137e08000", size: 2048 },
      ],
      shown: 2,
      total: 2,
    });
    expect(sg("2/200", "2/200", "0x1000,0x2000", "0x3000,0x4000", " [TRUNCATED]")).toMatchObject({
      shown: 2,
      total: 200,
    });
    // An IOMMU joined three pages into two runs: none of them belongs to one page alone.
    expect(sg("3/3", "2/2", "0x1000,0x3000", "0x5000,0x6000,0x9000")).toMatchObject({
      segments: [
        { bus: "0x1000", size: 4096 },
        { bus: "0x3000", size: 2048 },
        { phys: "0x5000" },
        { phys: "0x6000" },
        { phys: "0x9000" },
      ],
      total: 2,
    });
  });

  test("an unmap that says only the pages", () => {
    expect(
      one(`dma_unmap_sg: ${dev} dir=FROM_DEVICE phys_addrs={0x105c19000,0x105c1a000} attrs=`),
    ).toMatchObject({
      op: "unmap",
      segments: [{ phys: "0x105c19000" }, { phys: "0x105c1a000" }],
    });
  });

  test("devices with blanks, and whose names begin alike", () => {
    const log = dma(
      ...["a b", "a", "a b", "a bc"].map((name) => `dma_unmap_page: ${name} dir=TO_DEVICE ${address} attrs=`),
    );
    expect(parsed(log).map((event) => event.dev)).toEqual(["a b", "a", "a b", "a bc"]);
  });

  test("mappings that failed and syncs are counted, not delivered", () => {
    const log = dma(
      `dma_map_page: ${dev} dir=TO_DEVICE dma_addr=ffffffffffffffff size=4096 phys_addr=1000 attrs=`,
      `dma_alloc: ${dev} dir=TO_DEVICE dma_addr=0 size=4096 virt_addr=0000000000000000 flags=GFP_ATOMIC attrs=`,
      `dma_sync_single_for_cpu: ${dev} dir=TO_DEVICE dma_addr=1000 size=4096`,
      `dma_map_sg_err: ${dev} dir=TO_DEVICE dma_addrs={0x1000} err=-5 attrs=`,
    );
    expect(log.batch.length).toBe(0);
    expect(Object.fromEntries(log.stats.skipped)).toEqual({
      "DMA mappings that failed": 2,
      "event dma_sync_single_for_cpu": 1,
      "event dma_map_sg_err": 1,
    });
  });
});

describe("what is no event of ours", () => {
  test("tracefs's header: a ring that overwrote events has lost them before its first one", () => {
    const log = readWhole(ftrace, "# tracer: nop\n#\n# entries-in-buffer/entries-written: 228/264   #P:2\n");
    expect(parsed(log)).toEqual([{ ev: "lost", count: 36 }]);
  });

  test("a loss of unknown extent is one event at least", () => {
    expect(parsed(traceOf("CPU:3 [LOST EVENTS]"))).toEqual([{ ev: "lost", cpu: 3, count: 1 }]);
  });

  test("skipped by name", () => {
    const log = traceOf(
      "##### CPU 1 buffer started ####",
      eventLine(1, "sched_switch: prev_comm=a ==> next_comm=b"),
      eventLine(2, "sched_switch: prev_comm=a ==> next_comm=b"),
      eventLine(3, "do_sys_open <-__arm64_sys_openat"),
      eventLine(4, "kernel_stack: <stack trace>"),
      " => gnttab_map_refs",
      eventLine(5, "tracing_mark_write: first line"),
      "second line",
      "",
      eventLine(6, P2M),
    );
    expect(log.problems).toEqual([]);
    expect(Object.fromEntries(log.stats.skipped)).toEqual({
      "event sched_switch": 2,
      "lines that name no event": 1,
      "event kernel_stack": 1,
      "lines of stack traces": 1,
      "further lines of a mark": 1,
    });
    expect(log.batch.length).toBe(2);
  });

  test("problems have their line", () => {
    const log = traceOf(
      eventLine(1, P2M),
      "garbage",
      eventLine(2, "p2m: (x+0x0/0x1) pfn=0x1"),
      eventLine(3, "p2m: (x+0x0/0x1) pfn=0x12345678123456781 mfn=0x1 n=1"),
      eventLine(4, "gt_e_x: (x+0x0/0x1) cmd=99999999999999999999999 uop=0x1 count=1 w={0x1}"),
      eventLine(5, "gt_e_x: (x+0x0/0x1) cmd=0 uop=0x1 count=1 w={0x1,"),
      eventLine(6, "gt_e_x: (x+0x0/0x1) nonsense"),
      eventLine(7, "dma_map_page: d dir=TO_DEVICE dma_addr=xyz size=1 phys_addr=1 attrs="),
      eventLine(8, "dma_map_page: d dir=TO_DEVICE"),
      eventLine(9, P2M),
    );
    expect(log.problems.map((problem) => problem.replace(/:.*/, ""))).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9].map((line) => `line ${line}`),
    );
    expect(log.stats.events).toBe(2);
    expect(log.batch.length).toBe(2);
  });

  test("a DMA event ends where its line does, whatever the next line begins with", () => {
    const log = traceOf(
      eventLine(1, "dma_map_page: d dir=TO_DEVICE size=4096 p"),
      "abcdefg=1000",
      eventLine(2, P2M),
    );
    expect(log.problems).toEqual([
      expect.stringMatching(/^line 1: .*without an address/),
      expect.any(String),
    ]);
    expect(log.stats.events).toBe(1);
  });

  test("a last line without its end is not read: its last number may be cut", () => {
    const log = readWhole(
      ftrace,
      `${eventLine(1, P2M)}\n${eventLine(2, "p2m: (x+0x0/0x1) pfn=0x1 mfn=0x123")}`,
    );
    expect(log.stats).toMatchObject({ truncated: true, events: 1 });
    expect(log.problems).toEqual([expect.stringContaining("line 2: ")]);
  });
});

describe("sniffing", () => {
  test.each([
    ["a trace", "# tracer: nop\n#\n", true],
    ["trace_pipe", `${eventLine(1, P2M)}\n`, true],
    ["trace_pipe that begins with a loss", "CPU:1 [LOST 37 EVENTS]\n", true],
    [
      "trace-cmd's report",
      "cpus=2\n             gnt-160   [001]    28.122000: p2m:                  (ffff) pfn=0x1\n",
      false,
    ],
    ["NDJSON", '{"xgt_log":1}\n', false],
    ["a boot log", "(XEN) Xen version 4.17.7\n", false],
    ["nothing", "", false],
  ])("%s", (_, text, is) => {
    expect(ftrace.sniff(new TextEncoder().encode(text))).toBe(is);
  });
});

describe("hostile input", () => {
  test("chunks may be cut anywhere", () => {
    const bytes = readTrace("dma-4.20/faulty").subarray(0, 60_000);
    const text = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    const whole = eventsOf(readWhole(ftrace, text));
    for (const size of [1, 7, 4096]) expect(eventsOf(readWhole(ftrace, text, size))).toEqual(whole);
  });

  test("changed bytes, lost pieces, repeated lines: never an error, halves stay joined", () => {
    const text = Buffer.concat([
      readTrace("balloon").subarray(0, 12_000),
      readTrace("debug-xen").subarray(6_000, 9_000),
      readTrace("dma-4.20/faulty").subarray(90_000, 96_000),
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.nat(255)), { maxLength: 30 }),
        fc.tuple(fc.nat(text.length), fc.nat(3000)),
        fc.constantFrom(1 << 20, 333),
        (changes, [cut, size], chunk) => {
          const bytes = Buffer.concat([text.subarray(0, cut), text.subarray(cut + size)]);
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          const log = readWhole(ftrace, bytes, chunk);
          const open = new Set<number>();
          for (const [kind, id] of calls(log)) {
            if (kind === "enter") {
              expect(open.has(id)).toBe(false);
              open.add(id);
            } else open.delete(id);
          }
          expect(log.written).toHaveLength(log.batch.length);
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  test("binary", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        readWhole(ftrace, bytes, 100);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test("many threads that never return", () => {
    const lines = Array.from(
      { length: 70_000 },
      (_, i) => `x-${i + 1} [000] d.... 1.000000: ${mapEnter()}\n`,
    );
    const log = readWhole(ftrace, lines.join(""));
    expect(log.stats.events).toBe(70_000);
  });
});
