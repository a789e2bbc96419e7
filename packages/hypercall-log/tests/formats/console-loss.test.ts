import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { console } from "../../src/formats/console/console.ts";
import { formats } from "../../src/formats/index.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { CONSOLE_HEADERS_BYTES } from "../../src/limits.ts";
import { fillLog } from "../random-events.ts";
import { readWhole, type WholeLog } from "../read-log.ts";

const data = (name: string) => readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8");
const formatOf = (text: string) =>
  formats.find((format) => format.sniff(new TextEncoder().encode(text)))?.name;

const header = (domid: number) =>
  `{"xgt_log":1,"version":1,"xen":"4.20","domains":[{"domid":${domid},"mode":"direct-mapped","ram":[{"gfn":"0x50000","count":"0x100"}],"regions":[]}]}`;
const enter = (id: number, more = "") => `{${more}"id":${id},"ev":"enter","nr":12,"cmd":2}`;
const exit = (id: number, more = "") => `{${more}"id":${id},"ev":"exit","ret":5}`;

/** Events as lines, with the domain that each is of. */
const events = (log: WholeLog) => log.written.filter((line) => !line.includes("xgt_log"));

it("two domains' calls of one id that are under way at a time are two calls", () => {
  const { batch } = readWhole(console, data("domu-pair.console"));
  const underWay = new Set<number>();
  for (let row = 0; row < batch.length; row++) {
    const id = batch.call[row];
    if (batch.kind[row] === EventKind.enter) {
      expect(underWay.has(id)).toBe(false);
      underWay.add(id);
    } else if (batch.kind[row] === EventKind.exit) expect(underWay.delete(id)).toBe(true);
  }
  expect(underWay.size).toBe(0);
});

/** What a console makes of a line: its name and the most characters that it prints of a line at a time. */
const sinks = [
  { prefix: "(d1) ", cut: 254 },
  { prefix: "(XEN) DOM1: ", cut: 126 },
  { prefix: "[2026-11-30 10:00:00.001] (d1) [    1.000001] ", cut: 254 },
  { prefix: "\u001b[32m(d1)\u001b[0m ", cut: 254 },
];

/** Lines as a console shows them: cut, with other lines between all pieces. */
function shown(lines: readonly string[], prefix: string, cut: number, others: readonly string[]): string {
  let text = "";
  let other = 0;
  for (const line of lines) {
    for (let at = 0; at < line.length; at += cut) {
      text += `${prefix}${line.slice(at, at + cut)}\r\n`;
      if (others.length > 0) text += `${others[other++ % others.length]}\r\n`;
    }
  }
  return text;
}

describe("records come through a console as they were written", () => {
  const others = fc.array(
    fc.constantFrom(
      "(XEN) gnttab_mark_dirty not implemented yet",
      "(d2) [    0.5] Linux version 6.12",
      "[    0.5] Linux on the same port",
      "(XEN) DOM3: hello {world}",
      "",
    ),
    { maxLength: 5 },
  );

  it("whatever prefix it has, wherever it is cut, whatever stands between", () => {
    fc.assert(
      fc.property(fc.gen(), fc.constantFrom(...sinks), others, (draw, { prefix, cut }, between) => {
        const plain = fillLog((arbitrary) => draw(() => arbitrary));
        const lines = [header(1), ...plain.written.map((line) => line.trim()), exit(-1).replace("-1", "9")];
        const expected = readWhole(ndjson, `${lines.join("\n")}\n`);
        const log = readWhole(console, shown(lines, prefix, cut, between));
        const mine = (whole: WholeLog) => events(whole).map((line) => ({ domid: 1, ...JSON.parse(line) }));
        expect(log.problems).toEqual([]);
        expect(mine(log)).toEqual(mine(expected));
      }),
      { seed: 7, numRuns: 200, endOnFailure: true },
    );
  });

  it("also where Xen's own line comes into the middle of Dom0's", () => {
    const line = enter(1, '"t":1.5,');
    for (let at = 12; at < line.length; at++) {
      const text = `boot\n${line.slice(0, at)}(XEN) d0v0: something\n${line.slice(at)}\n${exit(1)}\n`;
      const log = readWhole(console, text);
      expect([log.problems, log.stats.lost, log.stats.events]).toEqual([[], 0, 2]);
    }
  });

  it("with a capture tool's stamps before each line, also those of a record's rest", () => {
    const stamp = (second: number) => `[10:00:0${second}.001] `;
    const line = enter(1);
    const text = `${stamp(0)}boot\n${stamp(1)}${line.slice(0, 30)}(XEN) x\n${stamp(2)}${line.slice(30)}\n`;
    expect(readWhole(console, text).stats.events).toBe(1);
  });
});

describe("what is missing is said", () => {
  it("a gap in the recorder's numbers is so many lost records, of its domain", () => {
    const text = `(d1) ${header(1).replace("{", '{"n":0,')}\n(d1) ${enter(1, '"n":1,')}\n(d1) ${exit(1, '"n":5,')}\n`;
    const log = readWhole(console, text);
    expect(log.stats.lost).toBe(3);
    expect(events(log)[1]).toBe('{"ev":"gap","count":3}');
  });

  it("a recorder that starts anew with 0 has lost nothing by that", () => {
    const text = `x\n${enter(1, '"n":0,')}\n${exit(1, '"n":1,')}\n${enter(2, '"n":0,')}\n${exit(2, '"n":1,')}\n`;
    expect(readWhole(console, text).stats.lost).toBe(0);
  });

  it("a record without a number that other output broke is one lost record", () => {
    const line = enter(1);
    const torn = `boot\n${line.slice(0, 20)}[ 1.0] oops ${line.slice(20)}\n${exit(1)}\n`;
    const log = readWhole(console, torn);
    expect([log.stats.lost, log.stats.skipped.get("torn lines"), log.problems]).toEqual([1, 1, []]);
    const cut = `boot\n(d1) ${line.slice(0, 20)}\n(d1) ${exit(1)}\n`;
    expect(readWhole(console, cut).stats.lost).toBe(1);
  });

  it("the end of a record whose beginning is not there is a lost record", () => {
    const log = readWhole(console, `boot\n(d1) s":["0x1"],"nr_extents":1}}\n(d1) ${exit(1)}\n`);
    expect(log.stats.lost).toBe(1);
  });

  it("a capture that ends inside a record is cut, whatever was whole before", () => {
    const log = readWhole(console, `boot\n(d1) ${enter(1)}\n(d1) {"id":1,"ev":"ex`);
    expect([log.stats.truncated, log.stats.events]).toEqual([true, 1]);
    expect(log.problems).toEqual(["line 3: the capture ends inside the line that begins here"]);
  });

  it("a record that is JSON and no event is a problem", () => {
    const log = readWhole(console, 'boot\n{"ev":"guest_p2m","pfn":"0x1"}\n');
    expect(log.problems).toEqual([expect.stringMatching(/^line 2: mfn/)]);
  });
});

describe("which domains there are", () => {
  const boot = [
    "(XEN) Xen version 4.20.1 (a@b) (aarch64-linux-gnu-gcc 12) debug=n Sun",
    "(XEN) *** LOADING DOMAIN 0 ***",
    "(XEN) Allocating 1:1 mappings totalling 512MB for dom0:",
    "(XEN) BANK[0] 0x00000080000000-0x000000a0000000 (512MB)",
  ];

  it("Xen's own lines say it where no recorder did", () => {
    const { header: made } = readWhole(console, [...boot, enter(1), ""].join("\n"));
    expect(made).toMatchObject({
      xen: "4.20",
      fromBoot: false,
      domains: [{ domid: 0, mode: "direct-mapped", ram: [{ gfn: 0x80000, count: 0x20000 }] }],
    });
  });

  it("a header counts, and Xen's lines add what it does not say", () => {
    const mine = '{"xgt_log":1,"domains":[{"domid":0,"mode":"direct-mapped"}]}';
    const { header: made } = readWhole(console, [...boot, mine, enter(1), ""].join("\n"));
    expect(made).toMatchObject({ xen: "4.20", domains: [{ domid: 0, ram: [{ gfn: 0x80000 }] }] });
    const other = mine.replace("}]}", ',"ram":[{"gfn":1,"count":1}]}]}');
    expect(readWhole(console, [...boot, other, ""].join("\n")).header?.domains[0].ram).toEqual([
      { gfn: 1, count: 1 },
    ]);
  });

  it("a domain whose header comes when the replay has begun is told, in whatever pieces the bytes come", () => {
    const [first, second] = [
      `(d1) ${header(1)}\n(d1) ${enter(1)}\n`,
      `(d2) ${header(2)}\n(d2) ${enter(1)}\n`,
    ];
    for (const piece of [1, 200, 1 << 21]) {
      const { header: both } = readWhole(console, first + second, piece);
      expect([piece, both?.domains.length]).toEqual([piece, 2]);
    }
    const far = `${first}${"other words\n".repeat(CONSOLE_HEADERS_BYTES / 12 + 1)}${second}`;
    const late = readWhole(console, far);
    expect(late.header).toEqual(readWhole(console, far, 1000).header);
    expect(late.header?.domains).toHaveLength(1);
    expect(late.stats.warnings.map(({ message }) => message)).toEqual([
      "header: what it says of domain 2 comes behind the first events: tell it with --domains",
    ]);
  });
});

it("is told by Xen's lines behind a record, not by a corrupt line in a log of records", () => {
  expect(formatOf(`${enter(1)}\n(XEN) x\n${exit(1)}\n`)).toBe("console");
  expect(formatOf(`${enter(1, '"args":{},')}\ngarbage\n`)).toBe("ndjson");
  expect(formatOf(`"0x1"],"nr_extents":1}}\n${enter(1, '"args":{},')}\n`)).toBe("ndjson");
});

it("broken captures give some events, never an error, and lines in order", () => {
  const whole = new TextEncoder().encode(data("domu-pair.console"));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 40 }),
      fc.nat(whole.length),
      (changes, size) => {
        const bytes = whole.slice(0, size);
        for (const [at, byte] of changes) if (at < size) bytes[at] = byte;
        const log = readWhole(console, bytes);
        expect(log.stats.events).toBeLessThanOrEqual(60);
        const { batch } = log;
        for (let row = 1; row < batch.length; row++) expect(batch.place[row]).toBeGreaterThan(0);
      },
    ),
    { seed: 3, numRuns: 300, endOnFailure: true },
  );
});
