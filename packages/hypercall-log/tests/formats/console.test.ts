import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { console } from "../../src/formats/console/console.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { eventsOf, readWhole } from "../read-log.ts";

const data = (name: string): Buffer => readFileSync(new URL(`../data/${name}`, import.meta.url));
const captured = (name: string): Buffer =>
  readFileSync(new URL(`../../../../corpus/bare-metal/${name}`, import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const header =
  '{"xgt_log":1,"version":1,"xen":"4.20","arch":"arm64","domains":[{"domid":1,"mode":"direct-mapped","ram":[{"gfn":"0x50000","count":"0x100"}]}]}';
const lines = [
  '{"t":1.5,"id":0,"ev":"enter","nr":12,"cmd":1,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":2,"extents":["0x50020","0x50021"]}}',
  '{"t":1.6,"id":0,"ev":"exit","ret":2}',
  '{"t":1.7,"ev":"guest_p2m","pfn":"0x50020","mfn":"0xc8a31","nr":1}',
  '{"t":1.8,"ev":"dma","op":"map","dir":"TO_DEVICE","dev":"mmc0 {\\"x\\"}","segments":[{"phys":"0x50020000","bus":"0x50020000","size":4096}]}',
  '{"t":1.9,"ev":"ungrant","ref":8}',
];
const plain = eventsOf(readWhole(ndjson, [header, ...lines, ""].join("\n"))).map(withoutPlace);

function withoutPlace({ place: _, domid: __, ...event }: Record<string, unknown>): Record<string, unknown> {
  return event;
}

/** What consoles and capture programs put before a line. */
const prefixes: readonly [name: string, prefix: (line: number) => string, speaker: number][] = [
  ["nothing", () => "", 1],
  ["Xen's prefix of a domain's hypercall", () => "(d3) ", 3],
  ["Xen's prefix of an emulated UART", () => "(XEN) DOM2: ", 2],
  ["the same with Xen's own time stamp", (i) => `(XEN) [2026-11-30 10:00:0${i}] DOM2: `, 2],
  ["Xen's prefix alone, which a guest with the input focus gets", () => "(XEN) ", 1],
  ["a capture program's time stamp", (i) => `[2026-11-30 10:00:00.00${i}] `, 1],
  ["that before Xen's prefix", (i) => `[2026-11-30 10:00:00.00${i}] (d3) `, 3],
  ["the journal's words", (i) => `Nov 30 10:00:0${i} board minicom[812]: `, 1],
  ["colours", () => "\u001b[0m\u001b[1;32m(d3) \u001b[0m", 3],
];

const withoutId = (event: object) => ({ ...event, call: 0 });

describe("a console's capture", () => {
  describe.each(prefixes)("with %s before each line", (_, prefix, speaker) => {
    const text = ["*** Booting Zephyr OS ***", header, ...lines]
      .map((line, i) => `${prefix(i)}${line}\r\n`)
      .join("");

    it("holds the events of the same lines alone", () => {
      const log = readWhole(console, text);
      expect(log.problems).toEqual([]);
      expect(eventsOf(log).map(withoutPlace)).toEqual(plain);
      expect(log.header?.domains[0].domid).toBe(1);
    });

    it("says whose they are", () => {
      const { batch } = readWhole(console, text);
      expect([...batch.domid.subarray(0, batch.length)]).toEqual(lines.map(() => speaker));
    });

    it("is recognised by its content", () => {
      expect(console.sniff(bytes(text))).toBe(true);
      expect(ndjson.sniff(bytes(`${lines[0]}\n`)) && !console.sniff(bytes(`${lines[0]}\n`))).toBe(true);
    });
  });

  it("puts lines together that Xen cut, with other domains' pieces and Xen's own lines between them", () => {
    const cut = (text: string, size: number): string[] => text.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 254 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
        (size, picks) => {
          const queues = [1, 2].map((domid) => ({
            prefix: `(XEN) DOM${domid}: `,
            pieces: [header.replace('"domid":1', `"domid":${domid}`), ...lines].flatMap((line) =>
              cut(line, size),
            ),
          }));
          let text = "";
          for (const pick of picks) {
            if (queues.every(({ pieces }) => pieces.length === 0)) break;
            const queue = queues[pick % 2];
            const piece = queue.pieces.shift();
            text += pick === 3 ? "(XEN) gnttab_mark_dirty not implemented yet\n" : "";
            if (piece !== undefined) text += `${queue.prefix}${piece}\n`;
          }
          const log = readWhole(console, text);
          const events = eventsOf(log);
          for (const domid of [1, 2]) {
            const own = events.filter((event) => event.domid === domid).map(withoutPlace);
            // Of two calls that are under way at a time and have one id, one gets another.
            expect(own.map(withoutId)).toEqual(plain.map(withoutId));
          }
          expect(log.stats.lost).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("does not depend on how the bytes come", () => {
    const whole = captured("faulty.console");
    const expected = eventsOf(readWhole(console, whole));
    for (const chunk of [1, 7, 100, 4096])
      expect(eventsOf(readWhole(console, whole, chunk))).toEqual(expected);
  });

  it("counts other lines and takes none for an error", () => {
    const other = [
      "[    0.0] Linux",
      '{"level":"info","msg":"an app"}',
      "plain {text}",
      "(XEN) d1v0 HSR=0x93",
    ];
    const log = readWhole(console, [other[0], header, ...other, ...lines, ""].join("\n"));
    expect(log.problems).toEqual([]);
    expect([...log.stats.skipped]).toEqual([
      ["other console lines", 4],
      ["lines of Xen's", 1],
    ]);
    expect(eventsOf(log).map(withoutPlace)).toEqual(plain);
  });

  it("takes Xen's boot log for the specification where the recorder's header names no domain", () => {
    const text = captured("healthy.console")
      .toString("latin1")
      .replace(/,"from_boot".*\}\]/, "");
    const log = readWhole(console, text);
    expect(log.header?.domains).toMatchObject([
      { domid: 0, mode: "direct-mapped", ram: [{ gfn: 0x60000, count: 0x20000 }] },
    ]);
    expect(log.header?.xen).toBe("4.17");
  });

  it("reads two guests on one console, each with its own header and ids from 0", () => {
    const log = readWhole(console, data("domu-pair.console"));
    const events = eventsOf(log);
    expect(log.problems).toEqual([]);
    expect(log.stats.lost).toBe(0);
    expect(log.header?.domains.filter(({ domid }) => domid > 0).map(({ domid }) => domid)).toEqual([2, 1]);
    expect(new Set(events.map((event) => event.domid))).toEqual(new Set([1, 2]));
  });
});

describe("lines that a console lost", () => {
  const numbered = lines.map((line, i) => line.replace("{", `{"n":${i + 1},`));
  const first = header.replace("{", '{"n":0,');
  const lostBy = (kept: readonly string[]): number =>
    readWhole(console, `boot\n${kept.join("\n")}\n`).stats.lost;

  it("are counted by the recorder's numbers", () => {
    expect(lostBy([first, ...numbered])).toBe(0);
    expect(lostBy([first, ...numbered.slice(1)])).toBe(1);
    expect(lostBy([first, numbered[0], numbered[4]])).toBe(3);
    expect(lostBy([numbered[2], numbered[3]])).toBe(3);
  });

  it("are counted where other output tore them", () => {
    const torn = `${lines[1].slice(0, 18)}[  812.1] mmc0: timeout`;
    expect(lostBy([header, lines[0], torn, ...lines.slice(2)])).toBe(1);
    expect(lostBy([first, numbered[0], torn.replace("{", '{"n":2,'), ...numbered.slice(2)])).toBe(1);
  });

  it("are counted once in a log of such lines alone, too", () => {
    const log = readWhole(ndjson, [first, numbered[0], numbered[3], ""].join("\n"));
    expect(log.stats.lost).toBe(2);
    expect(log.problems).toEqual([]);
  });

  it("are none where the recorder began again", () => {
    expect(lostBy([first, ...numbered, first, ...numbered])).toBe(0);
  });

  it("make the log truncated where the capture ends inside one", () => {
    const log = readWhole(console, `boot\n${header}\n${lines[0]}\n${lines[1].slice(0, 20)}`);
    expect(log.stats.truncated).toBe(true);
    expect(log.batch.length).toBe(2);
  });
});

it("reads any bytes without throwing", () => {
  const seeds = [captured("faulty.console"), data("domu-pair.console")];
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 40 }),
      (seed, changes) => {
        const mutated = Buffer.from(seed);
        for (const [at, byte] of changes) mutated[at % mutated.length] = byte;
        readWhole(console, mutated, 1000);
      },
    ),
    { numRuns: 100 },
  );
});
