import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hvclog } from "../src/formats/hvclog/hvclog.ts";
import { ndjson } from "../src/formats/ndjson/ndjson.ts";
import { PROBLEMS_MAX, SKIP_REASONS_MAX, TEXT_MAX } from "../src/limits.ts";
import { readCapture } from "./captures.ts";
import { eventsOf, generalNdjson, readWhole } from "./read-log.ts";

const good = '{"ev":"guest_p2m","pfn":"0x1","mfn":"0x2"}';
const enter = (args: string) => `{"id":1,"ev":"enter","nr":12,"cmd":6,"args":${args}}`;
const grant = (args: string) => `{"id":1,"ev":"enter","nr":20,"cmd":0,"args":${args}}`;

describe("a line that cannot be read", () => {
  it.each([
    ['{"ev":"exit","ret":1,}', 'not JSON, character 22: unexpected "}", expected name'],
    ['{"ev":"exit" "ret":1}', 'not JSON, character 14: unexpected "\\"", expected , or }'],
    ['{"ev":"exit","ret":01}', 'not JSON, character 21: unexpected "1", expected , or }'],
    ['{"ev":"exit","ret":1', "not JSON, character 21: the text ends too early"],
    ['{"ev":"exit","comm":"a\\x"}', "not JSON, character 23: an unknown escape in a string"],
    ["[1,2]", "expected an object, not a list"],
    ["17", "expected an object, not 17"],
    ["null", "expected an object, not null"],
    ["XEN", 'not JSON, character 1: unexpected "X", expected a value'],
    ['{"ev":"enter","cmd":6}', "nr is missing"],
    ['{"ev":"enter","nr":12}', "cmd is missing"],
    ['{"ev":"enter","nr":4294967296}', "nr: 4294967296 is above 2147483647"],
    ['{"ev":"enter","nr":12,"cmd":6,"via":"usb"}', 'via: "usb": expected one of kernel, privcmd, multicall'],
    ['{"ev":"enter","nr":12,"cmd":6,"args":[]}', "args: expected an object, not a list"],
    ['{"ev":"enter","nr":12,"cmd":6,"args":{"fault":"yes"}}', 'args.fault: expected true, not "yes"'],
    ['{"t":"1.5","ev":"ungrant","ref":1}', 't: expected seconds, not "1.5"'],
    ['{"ev":"ungrant","ref":1,"comm":7}', "comm: expected a text, not 7"],
    ['{"ev":"ungrant","ref":1,"domid":65536}', "domid: 65536 is above 65535"],
    ['{"ev":"ungrant","ref":-1}', "ref: -1 is negative"],
    ['{"ev":"ungrant"}', "ref is missing"],
    ['{"ev":"grant","ref":1,"dom":2}', "gfn is missing"],
    ['{"ev":"lost"}', "count is missing"],
    ['{"ev":"guest_p2m","pfn":"0x1"}', "mfn is missing"],
    [
      '{"ev":"domain","domid":1,"what":"party"}',
      'what: "party": expected one of boot, suspend, resume, shutdown, destroy, create',
    ],
    [
      '{"ev":"domain","domid":1}',
      "what is missing: expected one of boot, suspend, resume, shutdown, destroy, create",
    ],
    ['{"ev":"dma","op":"map","segments":{}}', "segments: expected a list, not an object"],
    ['{"ev":"dma","op":"map","segments":[7]}', "segments[0]: expected an object, not 7"],
    ['{"ev":"dma","segments":[]}', "op is missing: expected one of map, unmap"],
    [
      '{"ev":"dma","op":"map","dir":"UP"}',
      'dir: "UP": expected one of TO_DEVICE, FROM_DEVICE, BIDIRECTIONAL',
    ],
    [enter('{"nr_extents":1.5}'), "args.nr_extents: 1.5 is not an integer"],
    [enter('{"nr_extents":-1}'), "args.nr_extents: -1 is negative"],
    [enter('{"nr_extents":"12z"}'), 'args.nr_extents: "12z" is not an integer'],
    [enter('{"nr_extents":true}'), "args.nr_extents: expected an integer, not true"],
    [
      enter('{"nr_extents":9007199254740993}'),
      "args.nr_extents: a number above 2^53 is not exact: write it as a string",
    ],
    [enter('{"nr_extents":1e400}'), "args.nr_extents: number too large"],
    [
      enter('{"extents":["0x1","0x10000000000000000"]}'),
      'args.extents[1]: "0x10000000000000000" is more than 64 bits',
    ],
    [enter('{"extents":"0x1"}'), 'args.extents: expected a list, not "0x1"'],
    [enter('{"extents":[{}]}'), "args.extents[0]: expected an integer, not an object"],
    [grant('{"ops":{}}'), "args.ops: expected a list, not an object"],
    [grant('{"ops":[{},1]}'), "args.ops[1]: expected an object, not 1"],
    [grant('{"ops":[{"ref":"-8"}]}'), "args.ops[0].ref: -8 is negative"],
    [
      '{"ev":"enter","nr":20,"cmd":5,"args":{"ops":[{"source":8}]}}',
      "args.ops[0].source: expected an object, not 8",
    ],
    [
      '{"ev":"enter","nr":12,"cmd":21,"args":{"access_list":[256]}}',
      "args.access_list[0]: does not fit 8 bits",
    ],
  ])("is named: %s", (line, message) => {
    const log = readWhole(ndjson, `${good}\n${line}\n${good}\n`);
    expect(log.problems).toEqual([`line 2: ${message}`]);
    expect(log.written).toHaveLength(2);
    expect(log.stats.events).toBe(2);
    expect(log.stats.truncated).toBe(false);
  });

  it("may be an exit whose results are wrong", () => {
    const text = `${grant('{"count":1}')}\n{"id":1,"ev":"exit","ret":0,"ops":[{"status":"-9999999999999999999999"}]}\n{"id":1,"ev":"exit","ret":0,"ops":[{"status":-9}]}\n`;
    const log = readWhole(ndjson, text);
    expect(log.problems).toEqual(['line 2: ops[0].status: "-9999999999999999999999" is more than 64 bits']);
    expect(log.written[1]).toBe('{"id":1,"ev":"exit","ret":0,"ops":[{"status":-9}]}');
  });

  it("is no trouble in any number", () => {
    const log = readWhole(ndjson, "{\n".repeat(3 * PROBLEMS_MAX));
    expect([log.stats.problems.length, log.stats.problemCount]).toEqual([PROBLEMS_MAX, 3 * PROBLEMS_MAX]);
  });
});

describe("a log that ends inside a line", () => {
  it("is truncated, and what came before is there", () => {
    const log = readWhole(ndjson, `${good}\n${good.slice(0, 20)}`);
    expect(log.problems).toEqual([
      "line 2: the log ends inside this line, character 21: the text ends too early",
    ]);
    expect([log.stats.truncated, log.stats.events]).toEqual([true, 1]);
  });

  it("is not, where only the newline is missing", () => {
    const log = readWhole(ndjson, `${good}\n${good}`);
    expect([log.stats.truncated, log.stats.events, log.problems.length]).toEqual([false, 2, 0]);
  });
});

describe("a header", () => {
  const withHeader = (header: string) => readWhole(ndjson, `{"xgt_log":1,${header}}\n${good}\n`);

  it("of another architecture is a problem, and the events are read", () => {
    const log = withHeader('"version":1,"arch":"x86_64","xen":"4.17","domains":[]');
    expect(log.problems).toEqual([
      'line 1: header: arch: "x86_64" is not Arm: only arm64 and arm32 domains can be direct-mapped; record the log on such a machine',
    ]);
    expect(log.header?.xen).toBe("4.17");
    expect(log.header?.arch).toBeUndefined();
    expect(log.stats.events).toBe(1);
  });

  it.each([
    ['"version":2', "version: 2 is not known: this program reads version 1"],
    ['"domains":{}', "domains: expected a list, not an object"],
    [
      '"domains":[{"domid":0}]',
      "domains[0].mode: is missing: expected one of direct-mapped, static, translated",
    ],
    ['"xen":4.17', "xen: expected a text, not 4.17"],
    ['"features":["x"]', 'features[0]: "x" is not an integer'],
    ['"grants":[{"ref":1}]', "grants[0].dom: is missing"],
  ])("with %s is a problem", (header, message) => {
    const log = withHeader(header);
    expect(log.problems).toEqual([`line 1: header: ${message}`]);
    expect(log.header).toBeNull();
    expect(log.stats.events).toBe(1);
  });

  it.each(["headers", "5.0", "4.10", "next"])("keeps its domains where it names the release %s", (xen) => {
    const log = withHeader(`"xen":"${xen}","domains":[{"domid":0,"mode":"direct-mapped"}]`);
    expect([log.problems, log.header?.xen, log.header?.domains.length]).toEqual([[], undefined, 1]);
    expect(log.stats.warnings).toEqual([
      { place: 1, unit: "line", message: expect.stringMatching(`^header: xen: "${xen}" is no Xen release`) },
    ]);
  });

  it("of the development branch means its coming release", () => {
    const log = withHeader('"xen":"master","domains":[]');
    expect([log.stats.warnings, log.header?.xen, log.header?.build]).toEqual([[], "4.23", "master"]);
  });

  it("of an unknown version of the log is a problem", () => {
    expect(readWhole(ndjson, '{"xgt_log":2}\n').problems).toEqual([
      "line 1: header: xgt_log 2 is not known: this program reads version 1",
    ]);
  });

  it("may follow a byte order mark and blank lines", () => {
    const bytes = new TextEncoder().encode('\ufeff\n{"xgt_log":1,"xen":"4.20"}\n');
    expect(readWhole(ndjson, bytes).header?.xen).toBe("4.20");
    expect(readWhole(ndjson, '\ufeff{"xgt_log":1,"xen":"4.20"}\n').header?.xen).toBe("4.20");
  });
});

describe("absurd sizes", () => {
  it("of counts cost nothing", () => {
    const log = readWhole(
      ndjson,
      [
        enter('{"domid":0,"nr_extents":1000000000000000,"extents":["0x1"]}'),
        enter('{"domid":0,"nr_extents":"0xffffffffffffffff","extents":["0x1"]}'),
        grant('{"count":4294967295,"ops":[]}'),
        grant('{"count":"0xffffffffffffffff"}'),
      ].join("\n"),
    );
    expect(log.problems).toEqual([]);
    expect(log.batch.wordsUsed).toBeLessThan(200);
    expect(log.written[3]).toContain('"count":"0xffffffffffffffff"');
  });

  it("of nesting and of lists that nobody reads cost no event", () => {
    const deep = `{"ev":"ungrant","ref":1,"x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    const log = readWhole(ndjson, `${deep}\n${deep.slice(0, -3)}\n`);
    expect(log.stats.events).toBe(1);
    expect(log.problems).toEqual(["line 2: not JSON, character 400027: the text ends too early"]);
  });

  it("of lines in an unusual form are bounded", () => {
    const log = readWhole(ndjson, `{"ev":"ungrant","ref":1,"x":[${"0,".repeat(5 << 20)}0]}\n${good}\n`);
    expect(log.problems[0]).toMatch(/^line 1: a line of \d+ bytes in an unusual form was left out/);
    expect(log.stats.events).toBe(1);
  });

  it("of names and of reasons are bounded", () => {
    const name = "n".repeat(10 * TEXT_MAX);
    const log = readWhole(
      ndjson,
      `{"ev":"ungrant","ref":1,"comm":"${name}"}\n{"ev":"mark","text":"${name}"}\n`,
    );
    expect(log.strings.get(log.batch.comm[0])).toHaveLength(TEXT_MAX);
    expect(log.strings.get(log.batch.words[log.batch.payload[1]])).toHaveLength(TEXT_MAX);
    const kinds = Array.from({ length: 1000 }, (_, i) => `{"ev":"e${i}"}\n`).join("");
    const many = readWhole(ndjson, kinds);
    expect(many.stats.skipped.size).toBe(SKIP_REASONS_MAX + 1);
    expect([...many.stats.skipped.values()].reduce((sum, count) => sum + count)).toBe(1000);
  });
});

describe("mutated real lines", () => {
  const decoder = new TextDecoder();
  const faulty = readCapture("dma-4.20/faulty");
  const converted = readWhole(hvclog, faulty).written.join("\n");
  const edits = fc.array(
    fc.record({
      at: fc.nat(4000),
      drop: fc.nat(6),
      put: fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom('"', "{", "}", "[", "]", ",", "null", "-1", "1e9", "\\", "\n", "\0"),
      ),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const mutated = (text: string, changes: readonly { at: number; drop: number; put: string }[]) =>
    changes.reduce((result, { at, drop, put }) => {
      const from = at % (result.length + 1);
      return result.slice(0, from) + put + result.slice(from + drop);
    }, text);

  it.each([
    ["ndjson", ndjson, converted],
    ["hvclog", hvclog, decoder.decode(faulty)],
  ] as const)("never break the %s reader", (_name, format, text) => {
    fc.assert(
      fc.property(edits, fc.integer({ min: 50, max: 5000 }), (changes, chunk) => {
        const input = mutated(text, changes);
        const log = readWhole(format, input, chunk);
        const lines = input.split("\n").filter((line) => line.trim() !== "").length;
        const accounted =
          log.stats.events +
          log.stats.problemCount +
          [...log.stats.skipped.values()].reduce((a, b) => a + b, 0);
        // Marks are no events, and a header is none either; no capture has them.
        expect(accounted).toBe(lines);
        expect(log.written).toHaveLength(log.batch.length);
      }),
      { numRuns: 300, seed: 42, endOnFailure: true },
    );
  });

  it("are the same events by either way", () => {
    fc.assert(
      fc.property(edits, (changes) => {
        const input = mutated(converted, changes);
        const [scanned, general] = [readWhole(ndjson, input), readWhole(generalNdjson, input)];
        expect(eventsOf(scanned)).toEqual(eventsOf(general));
        expect(scanned.stats).toEqual(general.stats);
      }),
      { numRuns: 500, seed: 7, endOnFailure: true },
    );
  });

  it("of any bytes do not either", () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ max: 0x7f, maxLength: 300 }));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 300 }), (input, chunk) => {
        for (const format of [ndjson, hvclog]) {
          const log = readWhole(format, input, chunk);
          expect(log.batch.length).toBeLessThanOrEqual(log.stats.events + 1);
        }
      }),
      { numRuns: 300, seed: 3, endOnFailure: true },
    );
  });
});
