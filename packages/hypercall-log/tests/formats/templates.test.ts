import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ftrace } from "../../src/formats/ftrace/ftrace.ts";
import { hvclog } from "../../src/formats/hvclog/hvclog.ts";
import { CallsUnderWay } from "../../src/formats/json-lines/calls-under-way.ts";
import { LineNumbers } from "../../src/formats/json-lines/line-numbers.ts";
import type { LogFormat } from "../../src/formats/log-format.ts";
import { ndjsonForm } from "../../src/formats/ndjson/line-values.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { NdjsonScanner } from "../../src/formats/ndjson/ndjson-scanner.ts";
import { NdjsonTemplates } from "../../src/formats/ndjson/ndjson-templates.ts";
import { captures, readCapture } from "../captures.ts";
import { fillLog } from "../random-events.ts";
import { eventsOf, readWhole, WholeLog } from "../read-log.ts";
import { eventLine, head, readTrace, traces, words } from "../trace-text.ts";

/** Everything that a log gives, with layouts learnt from its lines, read in either way, and without. */
function expectSame(format: LogFormat, text: string | Uint8Array, chunk?: number): void {
  const plain = readWhole(format, text, chunk, "none");
  for (const engine of ["javascript", "webassembly"] as const) {
    const learnt = readWhole(format, text, chunk, engine);
    const [given, wanted] = [learnt, plain].map((log) => ({ events: eventsOf(log), stats: log.stats }));
    // The quick way first: there are many of these.
    if (!isDeepStrictEqual(given, wanted)) expect(given, engine).toEqual(wanted);
  }
}

const hex = (value: number) => `0x${value.toString(16)}`;

/** Lines of a device that works, in the order in which a block backend's come: every kind many times. */
function deviceTrace(rounds: number): string {
  const lines: string[] = [];
  let us = 9_000_000;
  const line = (text: string, of = head(99, 1)): void => {
    us += 7;
    lines.push(eventLine(us, text, of));
  };
  for (let i = 0; i < rounds; i++) {
    const [gfn, mfn, ref] = [0x231ff5 + i, 0x800e77 + 3 * i, 3703 + i];
    const ops = words([gfn * 4096, ref * 2 ** 32 + 2, 2 ** 32 * 65537]);
    const done = words([gfn * 4096, ref * 2 ** 32 + 2, 2 ** 32 * i]);
    const place = "(__set_phys_to_machine_multi+0x0/0x27c)";
    line(`gt_e_map_40: (gnttab_map_refs+0x40/0x1dc) cmd=0 uop=0xffff00000d409b00 count=1 w=${ops}`);
    line(`gt_r_map_40: (gnttab_map_refs+0x44/0x1dc) ret=0 uop=0xffff00000d409b00 count=1 w=${done}`);
    line(`p2m: ${place} pfn=${hex(gfn)} mfn=${hex(mfn)} n=1`);
    const dma = `0000:00:01.0 dir=TO_DEVICE dma_addr=${mfn.toString(16)}000 size=${4096 >> (i % 3)}`;
    line(`dma_map_page: ${dma} phys_addr=${gfn.toString(16)}000 attrs=`);
    line(`mo_b_op_1: (op+0x1/0x2) cmd=7 arg=0x10 a={0x1,0x2}`, head(40));
    line(`dma_unmap_page: ${dma} attrs=`, head(0, 2, "d.h2."));
    line(`p2m: ${place} pfn=${hex(gfn)} mfn=0xffffffffffffffff n=1`);
  }
  return lines.map((text) => `${text}\n`).join("");
}

/** The same in NDJSON. */
function deviceLog(rounds: number): string {
  const lines: string[] = ['{"xgt_log":1,"version":1,"xen":"4.17","arch":"arm64","domains":[]}'];
  for (let i = 0; i < rounds; i++) {
    const [gfn, mfn, t] = [0x231ff5 + i, 0x800e77 + 3 * i, 10 + i / 1000];
    const gref = `"flags":2,"ref":${3703 + i},"dom":1`;
    const dma = `"dir":"TO_DEVICE","dev":"0000:00:01.0","segments":[{"phys":"${hex(gfn)}000","bus":"${hex(mfn)}000","size":${4096 >> (i % 3)}}],"shown":1,"total":1`;
    const enter = `"ev":"enter","cpu":1,"pid":99,"comm":"xvda"`;
    lines.push(
      `{"t":${t.toFixed(6)},"id":${3 * i},${enter},"nr":20,"cmd":0,"args":{"count":2,"ops":[{"host_addr":"${hex(gfn)}000",${gref}},{"host_addr":"${hex(gfn + 1)}000",${gref}}]}}`,
      `{"t":${t.toFixed(6)},"id":${3 * i},"ev":"exit","ret":0,"ops":[{"status":0,"handle":${i},"dev_bus_addr":"${hex(mfn)}000"},{"status":-1,"handle":7,"dev_bus_addr":"0x0"}]}`,
      `{"t":${t.toFixed(6)},"ev":"guest_p2m","pid":99,"pfn":"${hex(gfn)}","mfn":"${hex(mfn)}","nr":1}`,
      `{"t":${t.toFixed(6)},"ev":"dma","pid":99,"op":"map",${dma}}`,
      `{"t":${t.toFixed(5)},"id":${3 * i + 1},${enter},"nr":12,"cmd":1,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":2,"start_extent":0,"extents":["${hex(gfn)}","${hex(gfn + 1)}"]}}`,
      `{"t":${t.toFixed(5)},"id":${3 * i + 1},"ev":"exit","ret":2}`,
      `{"t":${t.toFixed(5)},"id":${3 * i + 2},${enter},"nr":12,"cmd":7,"args":{"domid":"0x7ff0","space":2,"idx":"0x1","gpfn":"${hex(gfn)}"}}`,
      `{"t":${t.toFixed(5)},"id":${3 * i + 2},"ev":"exit","ret":${i % 2 === 0 ? 0 : -3}}`,
    );
  }
  return lines.map((text) => `${text}\n`).join("");
}

/** The same as the module writes it. */
function deviceModuleLog(rounds: number): string {
  return deviceLog(rounds)
    .replace(/^.*\n/, "")
    .replace(/"args":\{(.*)\}\}$/gm, "$1}")
    .replace(/"ev":"exit",(.*)"ops":/g, '"ev":"exit","via":"","nr":20,"cmd":0,"count":2,$1"result":')
    .replace(/"ev":"exit","ret"/g, '"ev":"exit","via":"","nr":12,"cmd":1,"ret"');
}

describe("layouts that were learnt give what the general reader gives", () => {
  test.each(traces)("of the trace %s", (name) => {
    const bytes = readTrace(name);
    expectSame(ftrace, bytes);
    expectSame(ftrace, bytes, 4099);
  });

  test("of a trace_pipe with lost events", () => {
    expectSame(ftrace, readTrace("lost-events", "trace_pipe.txt"), 4099);
  });

  test.each(captures)("of the log %s of the module", (name) => {
    expectSame(hvclog, readCapture(name));
    expectSame(hvclog, readCapture(name), 4099);
  });

  test.each(captures)("of the log %s in NDJSON", (name) => {
    const text = readWhole(hvclog, readCapture(name))
      .written.map((line) => `${line}\n`)
      .join("");
    expectSame(ndjson, text);
    expectSame(ndjson, text, 4099);
  });

  test("of random events, written many times over", () => {
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 40, max: 3000 }), (draw, chunk) => {
        const text = fillLog((arbitrary) => draw(() => arbitrary))
          .written.map((line) => `${line}\n`)
          .join("");
        expectSame(ndjson, text.repeat(3), chunk);
      }),
      { numRuns: 60, seed: 7, endOnFailure: true },
    );
  });
});

test("the WebAssembly that is kept is what its source gives", () => {
  const folder = new URL("../../src/formats/templates/", import.meta.url);
  const sum = readFileSync(new URL("line-templates.wasm.sha256", folder), "utf8").split(" ")[0];
  const source = readFileSync(new URL("../../assembly/line-templates.ts", import.meta.url));
  expect(createHash("sha256").update(source).digest("hex"), "run tools/make-wasm.mjs").toBe(sum);
});

test("a layout once learnt reads the lines that follow", () => {
  const context = new WholeLog();
  const calls = new CallsUnderWay();
  const scanner = new NdjsonScanner(context, calls, new LineNumbers());
  const templates = new NdjsonTemplates(context, calls, ndjsonForm);
  const bytes = new TextEncoder().encode(deviceLog(8));
  const from = bytes.indexOf(10) + 1;
  templates.enter(bytes);
  let other = 0;
  for (let at = from, line = 1; at < bytes.length; ) {
    at = templates.run(at, bytes.length, line);
    line += templates.taken;
    if (at >= bytes.length) break;
    const next = scanner.scan(bytes, at, ++line);
    templates.learn(bytes, at, next - 1);
    at = next;
    other++;
  }
  // The first line of each of six kinds, eight results of which one is below zero, and four returns below zero.
  expect([context.batch.length, other]).toEqual([64, 18]);
});

/** Lines of a balloon's calls, some of them with lists that need two lines, and of grant calls of several tasks at a time. */
function callsTrace(rounds: number): string[] {
  const lines: string[] = [];
  let us = 9_000_000;
  const line = (text: string, of: string): void => {
    us += 5;
    lines.push(eventLine(us, text, of));
  };
  const frames = (first: number, count: number) => words(Array.from({ length: count }, (_, i) => first + i));
  for (let i = 0; i < rounds; i++) {
    const balloon = head(40);
    const base = `cmd=${i % 2 === 0 ? 1 : 6} arg=0xffff80000a223d${16 + (i % 3)}`;
    for (const count of [130, 3, 64, 65]) {
      const first = 0x9f000 + 600 * i;
      const args = words([0xffff8000_09fe, count, 0, 0x7ff0]);
      const text = `${base} nr=${count}`;
      if (count > 64)
        line(
          `mo_x_op_48: (op+0x48/0x80) ${text} f1=${frames(first + 64, count - 64 > 64 ? 64 : count - 64)}`,
          balloon,
        );
      const shown =
        count > 128
          ? `f0=${frames(first, 64)} f2=${frames(first + 128, count - 128)}`
          : `f0=${frames(first, Math.min(count, 64))}`;
      line(`mo_l_op_48: (op+0x48/0x80) ${text} a=${args} ${shown}`, balloon);
      line(
        `mo_r_op_48: (op+0x4c/0x80) ret=${i % 5 === 0 ? count - 1 : count} arg=0xffff80000a223d${16 + (i % 3)}`,
        balloon,
      );
    }
    line(
      `mo_b_place_1: (place+0x1/0x2) cmd=7 arg=0x1${i % 4} a=${words([2 ** 32 * 2 + 0x7ff0, 5, 0x38000 + i])}`,
      head(41),
    );
    line(`mo_r_place_1: (place+0x5/0x2) ret=${i % 3 === 0 ? "-22" : 0} arg=0x1${i % 4}`, head(41));
    const ops = (task: number) =>
      words([
        (0x231000 + i) * 4096,
        (i % 7) * 2 ** 32 + 2,
        2 ** 32 * (65537 + task),
        0,
        (0x232000 + i) * 4096,
        7,
        9,
      ]);
    for (const task of [90, 91]) {
      line(
        `gt_e_map_40: (map+0x40/0x1dc) cmd=${i % 2} uop=0xffff00000d40${task} count=${1 + (i % 3)} w=${ops(task)}`,
        head(task, task % 2),
      );
    }
    for (const task of i % 2 === 0 ? [90, 91] : [91, 90]) {
      line(
        `gt_r_map_40: (map+0x44/0x1dc) ret=${i % 6 === 0 ? -1 : 0} uop=0xffff00000d40${task} count=${1 + (i % 3)} w=${ops(task)}`,
        head(task, task % 2),
      );
    }
  }
  return lines;
}

/** Milliseconds that a slow machine may take for the many logs below, each with a module's memory. */
const LONG = 240_000;

describe("calls whose lines are missing, come twice or in another order", { timeout: LONG }, () => {
  const callLines = callsTrace(9);
  const logLines = deviceLog(9).trimEnd().split("\n");

  it.each([
    ["trace", ftrace, callLines, 0],
    ["NDJSON log", ndjson, logLines, 1],
  ] as const)("of a %s give the same", (_, format, lines, fixed) => {
    expectSame(format, lines.map((line) => `${line}\n`).join(""));
    const place = fc.integer({ min: fixed + Math.floor(lines.length / 3), max: lines.length - 1 });
    const change = fc.record({
      at: place,
      how: fc.constantFrom("drop", "twice", "swap", "move", "lost"),
      to: place,
    });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(997, 1 << 20),
        (changes, chunk) => {
          const changed = [...lines];
          for (const { at, how, to } of changes) {
            const line = changed[at] ?? "";
            if (how === "drop") changed.splice(at, 1);
            else if (how === "twice") changed.splice(to, 0, line);
            else if (how === "lost")
              changed.splice(
                at,
                0,
                format === ftrace ? "CPU:1 [LOST 4 EVENTS]" : '{"ev":"lost","cpu":1,"count":4}',
              );
            else {
              changed[at] = changed[to] ?? line;
              if (how === "swap") changed[to] = line;
            }
          }
          expectSame(format, changed.map((line) => `${line}\n`).join(""), chunk);
        },
      ),
      { numRuns: 150, seed: 20, endOnFailure: true },
    );
  });

  it("of a trace with one byte changed give the same, too", () => {
    const bytes = new TextEncoder().encode(
      callsTrace(5)
        .map((line) => `${line}\n`)
        .join(""),
    );
    const byte = fc.constantFrom(...[..."0123456789abcdef,{}=x \n-"].map((c) => c.charCodeAt(0)));
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), byte), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, (changed) => {
        const damaged = bytes.slice();
        for (const [at, value] of changed) damaged[at] = value;
        expectSame(ftrace, damaged);
      }),
      { numRuns: 150, seed: 21, endOnFailure: true },
    );
  });
});

describe("a line with one byte changed", { timeout: LONG }, () => {
  const interesting = [...'\n\r "{}[]:,.-+x0123456789abcdefABCDEFg=(/\\<'].map((c) => c.charCodeAt(0));
  const byte = fc.oneof(fc.constantFrom(...interesting), fc.integer({ min: 0, max: 255 }));

  it.each([
    ["trace", ftrace, deviceTrace(12)],
    ["NDJSON log", ndjson, deviceLog(12)],
    ["log of the module", hvclog, deviceModuleLog(12)],
  ] as const)("of a %s gives the same from both, or is left to the general reader", (_, format, text) => {
    const bytes = new TextEncoder().encode(text);
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), byte), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(changes, fc.constantFrom(977, 1 << 20), (changed, chunk) => {
        const damaged = bytes.slice();
        for (const [at, value] of changed) damaged[at] = value;
        expectSame(format, damaged, chunk);
      }),
      { numRuns: 120, seed: 14, endOnFailure: true },
    );
  });

  it.each([
    ["trace", ftrace, deviceTrace(6)],
    ["NDJSON log", ndjson, deviceLog(6)],
    ["log of the module", hvclog, deviceModuleLog(6)],
  ] as const)("of a %s that ends at any byte, too", (_, format, text) => {
    const bytes = new TextEncoder().encode(text);
    for (let end = bytes.length >> 1; end < bytes.length; end += 41) {
      expectSame(format, bytes.subarray(0, end));
    }
  });
});
