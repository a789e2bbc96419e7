import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hvclog } from "../src/formats/hvclog/hvclog.ts";
import { CallsUnderWay } from "../src/formats/json-lines/calls-under-way.ts";
import { LineNumbers } from "../src/formats/json-lines/line-numbers.ts";
import { ndjson } from "../src/formats/ndjson/ndjson.ts";
import { NdjsonScanner } from "../src/formats/ndjson/ndjson-scanner.ts";
import { captures, readCapture } from "./captures.ts";
import { fillLog } from "./random-events.ts";
import { eventsOf, generalNdjson, readWhole, WholeLog } from "./read-log.ts";

describe("random events", () => {
  it("come back equal from their lines, by either way and in chunks of any size", () => {
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 1, max: 300 }), (draw, chunk) => {
        const log = fillLog((arbitrary) => draw(() => arbitrary));
        const text = log.written.map((line) => `${line}\n`).join("");
        const scanned = readWhole(ndjson, text, chunk);
        expect(scanned.problems).toEqual([]);
        expect(eventsOf(scanned)).toEqual(eventsOf(log));
        expect(scanned.written).toEqual(log.written);
        const general = readWhole(generalNdjson, text);
        expect(eventsOf(general)).toEqual(eventsOf(scanned));
        expect(general.stats).toEqual(scanned.stats);
      }),
      { numRuns: 400, seed: 417, endOnFailure: true },
    );
  });
});

describe("the scanner", () => {
  it.each(captures)("reads the lines of %s itself, and equally", (name) => {
    const text = readWhole(hvclog, readCapture(name))
      .written.map((line) => `${line}\n`)
      .join("");
    const log = new WholeLog();
    const scanner = new NdjsonScanner(log, new CallsUnderWay(), new LineNumbers());
    const bytes = new TextEncoder().encode(text);
    let line = 0;
    for (let at = 0; at < bytes.length; ) {
      at = scanner.scan(bytes, at, ++line);
      expect(at, `line ${line} is unusual`).toBeGreaterThan(0);
    }
    expect(eventsOf(log)).toEqual(eventsOf(readWhole(generalNdjson, text)));
  });

  it.each([
    '{"ev":"exit","id":1,"ret":01}',
    '{"ev":"exit","id":1,"ret":1.0}',
    '{"ev":"exit","id":1,"ret":-}',
    '{"ev":"exit","id":1,"ret":1,}',
    '{"ev":"exit","id":1,"ret":1}}',
    '{"ev":"exit","id":1 "ret":1}',
    '{"ev":"exit","id":1,"ret":1,"note":1.}',
    '{"ev":"exit","id":1,"ret":1,"note":tru}',
    '{"ev":"exit","id":1,"ret":1,"note":"a\\qb"}',
    '{"ev":"exit","id":1,"t":.5}',
    '{"ev":"exit","id":1,"t":1e999}',
    '{"ev":"exit","id":"0x"}',
    '{"ev":"exit","id":1,"id":2}',
    '{"ev":"enter","nr":12,"cmd":6,"args":{"extents":["0x1",]}}',
    '{"ev":"enter","nr":12,"cmd":6,"args":{"extents":["0x12345678123456781"]}}',
    '{"ev":"guest_p2m","pfn":"0x1"}',
    '{"ev":"dma","dir":"TO_DEVICE"}',
    '{"ev":"dma","op":"map","segments":[{"phys":"0x1"}{}]}',
    "{}",
    "{",
  ])("leaves %s to the general reader, batch unchanged", (line) => {
    const log = new WholeLog();
    const scanner = new NdjsonScanner(log, new CallsUnderWay(), new LineNumbers());
    expect(scanner.scan(new TextEncoder().encode(`${line}\n`), 0, 1)).toBe(-1);
    expect([log.batch.length, log.batch.wordsUsed, log.stats.events]).toEqual([0, 0, 0]);
  });
});
