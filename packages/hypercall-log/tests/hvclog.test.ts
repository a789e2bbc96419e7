import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { argumentShapeOf, fieldIndex } from "../src/events/argument-shape.ts";
import { CallView } from "../src/events/call-view.ts";
import { EventKind, Recorded } from "../src/events/event-kind.ts";
import { hvclog } from "../src/formats/hvclog/hvclog.ts";
import { formats } from "../src/formats/index.ts";
import { captures, readCapture } from "./captures.ts";
import { readWhole, recordedOf, type WholeLog } from "./read-log.ts";

const excerpt = readFileSync(new URL("data/hvclog-excerpt.jsonl", import.meta.url), "utf8");

/** Calls, extents and grant ops of a log, from its enters; extents and ops from its exits where Xen did them. */
function tally({ batch }: WholeLog): Record<string, number> {
  const counts = { calls: 0, out: 0, in: 0, maps: 0, unmaps: 0 };
  for (let row = 0; row < batch.length; row++) {
    const key = `${batch.nr[row]}/${batch.cmd[row]}`;
    if (batch.kind[row] === EventKind.enter) counts.calls++;
    else if (key === "12/1") counts.out += batch.ret[row];
    else if (key === "12/6") counts.in += batch.ret[row];
    else if (key === "20/0") counts.maps += okayRows(batch, row);
    else if (key === "20/1") counts.unmaps += okayRows(batch, row);
  }
  return counts;
}

function okayRows(batch: WholeLog["batch"], row: number): number {
  const shape = argumentShapeOf(batch.nr[row], batch.cmd[row])!;
  const status = fieldIndex(shape.out, "status");
  const view = new CallView();
  view.loadRow(batch, row, shape.out);
  let okay = 0;
  for (let op = 0; op < view.rows; op++) if (view.s64(op, status) === 0) okay++;
  return okay;
}

describe("the captures", () => {
  it.each([
    ["balloon", { calls: 18, out: 4607, in: 4607, maps: 0, unmaps: 0 }],
    ["gntdev", { calls: 34, maps: 477, unmaps: 477 }],
    ["gntdev-open", { calls: 6 }],
    ["bpftrace", { calls: 16, out: 1024, in: 1024, maps: 114, unmaps: 114 }],
    ["debug-xen", { calls: 16 }],
    ["dma-4.20/gntdev", { calls: 2, maps: 48, unmaps: 48 }],
    ["dma-4.20/blkback-part", { calls: 120 }],
    ["dma-4.20/faulty", { calls: 11 }],
    ["xentrace", { calls: 86 }],
    ["xentrace-mem", { calls: 86 }],
  ])("%s holds what its notes say", (name, expected) => {
    expect(tally(readWhole(hvclog, readCapture(name)))).toMatchObject(expected);
  });

  it.each(captures)("%s is told by its content and read without a problem", (name) => {
    const bytes = readCapture(name);
    const sniffing = formats.filter((format) => format.sniff(bytes.subarray(0, 65536)));
    expect(sniffing.map((format) => format.name)).toEqual(["hvclog"]);
    const log = readWhole(hvclog, bytes, 10_000);
    expect(log.problems).toEqual([]);
    expect([...log.stats.skipped]).toEqual([]);
    expect(log.stats.truncated).toBe(false);
    const lines = new TextDecoder().decode(bytes).split("\n").length - 1;
    expect(log.stats.events).toBe(lines);
  });

  it("keeps open what gntdev-open leaves open", () => {
    const counts = tally(readWhole(hvclog, readCapture("gntdev-open")));
    expect(counts.maps - counts.unmaps).toBe(19);
    expect(counts.out - counts.in).toBe(1024);
  });
});

describe("hvclog lines", () => {
  const written = (text: string) => {
    const log = readWhole(hvclog, text);
    expect(log.problems).toEqual([]);
    return log.written;
  };

  it("become NDJSON lines", () => {
    expect(written(excerpt).slice(0, 4)).toEqual([
      '{"t":14.670286,"id":3,"ev":"enter","cpu":1,"pid":195,"comm":"dmag","nr":20,"cmd":0,"args":{"count":2,"ops":[{"host_addr":"0x107fd0000","flags":2,"ref":55,"dom":0},{"host_addr":"0x107fd1000","flags":2,"ref":54,"dom":0}]}}',
      '{"t":14.670444,"id":3,"ev":"exit","cpu":1,"pid":195,"comm":"dmag","ret":0,"ops":[{"status":0,"handle":48,"dev_bus_addr":"0xc78ea000"},{"status":0,"handle":49,"dev_bus_addr":"0xc78e5000"}]}',
      '{"t":14.679588,"id":4,"ev":"enter","cpu":0,"pid":195,"comm":"dmag","via":"privcmd","nr":12,"cmd":1,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":1,"extents":["0xc5b79"]}}',
      '{"t":14.680809,"id":4,"ev":"exit","cpu":0,"pid":195,"comm":"dmag","ret":1}',
    ]);
  });

  it("tell acquire_resource's two ids apart, and its list from one that Xen wrote", () => {
    const lines = written(excerpt).filter((line) => line.includes("18919"));
    expect(lines).toEqual([
      '{"t":134.750566,"id":18919,"ev":"enter","cpu":0,"pid":208,"comm":"xl","nr":12,"cmd":28,"args":{"domid":1,"type":1,"id":0,"nr_frames":1,"frame":"0x0","frame_list":["0x105c15"]}}',
      '{"t":134.751059,"id":18919,"ev":"exit","cpu":0,"pid":208,"comm":"xl","ret":0}',
    ]);
    const newer = excerpt.replaceAll('"type":1,"id":0', '"type":1,"resource_id":0');
    expect(written(newer)).toEqual(written(excerpt));
  });

  it("have the answer to acquire_resource's question for the size", () => {
    const [, exit] = written(
      '{"id":1,"ev":"enter","via":"kernel","nr":12,"cmd":28,"domid":"0x1","type":1,"id":0,"nr_frames":0,"frame":0}\n{"id":1,"ev":"exit","via":"","nr":12,"cmd":28,"ret":0,"domid":"0x1","type":1,"id":0,"nr_frames":64,"frame":0}\n',
    );
    expect(exit).toBe('{"id":1,"ev":"exit","ret":0,"nr_frames":64}');
  });

  it("name a foreign domain in space 4 only", () => {
    const batch = (space: number) =>
      written(
        `{"id":1,"ev":"enter","via":"kernel","nr":12,"cmd":23,"domid":"0x7ff0","space":${space},"size":1,"foreign_domid":5,"idxs":["0x1"],"gpfns":["0x2"]}\n`,
      )[0];
    expect(batch(4)).toContain('"size":1,"foreign_domid":5,');
    expect(batch(3)).toContain('"size":1,"res0":5,');
  });

  const raw = (cmd: number, words: string, result: string, ret = 0) =>
    written(
      `{"id":1,"ev":"enter","via":"kernel","nr":20,"cmd":${cmd},"count":1,"ops":[{"raw":[${words}]}]}\n{"id":1,"ev":"exit","via":"","nr":20,"cmd":${cmd},"count":1,"ret":${ret},"result":[{"raw":[${result}]}]}\n`,
    ).map((line) => line.replace(/^.*"ops":|}$/g, ""));

  it("decode raw words by the struct", () => {
    expect(
      raw(
        5,
        '"0x8","0x80001","0xc1c6f","0x8007ff0","0x7f7f00010040"',
        '"0x8","0x80001","0xc1c6f","0x8007ff0","0xfff700010040"',
      ),
    ).toEqual([
      '[{"len":64,"flags":1,"source":{"ref":8,"domid":1,"offset":8},"dest":{"gmfn":"0xc1c6f","domid":"0x7ff0","offset":2048}}]}',
      '[{"status":-9}]',
    ]);
    expect(
      raw(2, '"0x100007ff0","0x0","0xffff0000","0x0","0x0"', '"0x100007ff0","0x0","0xffff0000","0x0","0x0"'),
    ).toEqual(['[{"dom":"0x7ff0","nr_frames":1}]}', '[{"status":0,"frame_list":[]}]']);
    expect(raw(8, '"0x2","0x0","0x0","0x0","0x0"', '"0x1","0x0","0x0","0x0","0x0"', -38)).toEqual([
      '[{"version":2}]}',
      '[{"version":1}]',
    ]);
    expect(raw(12, '"0x8","0x8000000110000000","0x0","0x0","0x0"', '"0x0"')).toEqual([
      '[{"ref":8,"offset":0,"length":4096,"op":2147483649}]}',
      "[{}]",
    ]);
  });

  it("do not show what a refused call left unwritten", () => {
    const exitOf = (ret: number, members: string) =>
      written(`{"id":1,"ev":"exit","via":"","nr":20,"cmd":1,"count":1,"ret":${ret},${members}}\n`)[0];
    expect(exitOf(-38, '"result":[{"status":0}]')).toBe('{"id":1,"ev":"exit","ret":-38}');
    expect(exitOf(-14, '"result":[{"status":0},null]')).toBe(
      '{"id":1,"ev":"exit","ret":-14,"ops":[{"status":0},{}]}',
    );
    expect(written('{"id":1,"ev":"exit","via":"","nr":12,"cmd":23,"ret":-1,"errs":[0,0]}\n')[0]).toBe(
      '{"id":1,"ev":"exit","ret":-1}',
    );
  });

  it("say when the argument could not be read", () => {
    const log = readWhole(hvclog, '{"id":1,"ev":"enter","via":"kernel","nr":12,"cmd":6,"fault":1}\n');
    expect(recordedOf(log, 0)).toBe(Recorded.fault);
  });

  it("may hold 64-bit numbers without quotes", () => {
    expect(
      written(
        '{"id":1,"ev":"enter","via":"privcmd","nr":12,"cmd":6,"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":18446744073709551615,"start_extent":0}\n',
      )[0],
    ).toContain('"nr_extents":"0xffffffffffffffff"');
  });

  it("of other hypercalls are events without arguments", () => {
    expect(
      written(
        '{"id":1,"ev":"enter","via":"privcmd","nr":13,"cmd":281474976710656}\n{"id":1,"ev":"exit","via":"","nr":13,"cmd":281474976710656,"ret":0}\n{"id":2,"ev":"enter","via":"privcmd","nr":17,"cmd":6}\n',
      ),
    ).toEqual([
      '{"id":1,"ev":"enter","via":"privcmd","nr":13}',
      '{"id":1,"ev":"exit","ret":0}',
      '{"id":2,"ev":"enter","via":"privcmd","nr":17,"cmd":6}',
    ]);
  });

  it("have a sub-op on an exit without its enter too", () => {
    const log = readWhole(
      hvclog,
      '{"id":9,"ev":"exit","via":"","nr":20,"cmd":1,"count":1,"ret":0,"result":[{"status":-4}]}\n',
    );
    expect([log.batch.nr[0], log.batch.cmd[0]]).toEqual([20, 1]);
    expect(log.written[0]).toBe('{"id":9,"ev":"exit","ret":0,"ops":[{"status":-4}]}');
  });

  it.each(["2147483648", "-2", "1.5", "1e300", "null"])("name no hypercall by nr %s", (nr) => {
    const { batch } = readWhole(hvclog, `{"id":9,"ev":"exit","via":"","nr":${nr},"cmd":1,"ret":0}\n`);
    expect(batch.nr[0]).toBe(-1);
  });
});

describe("telling hvclog from NDJSON", () => {
  const told = (text: string) =>
    formats.filter((format) => format.sniff(new TextEncoder().encode(text))).map((format) => format.name);
  const list = Array.from({ length: 9000 }, () => '"0x1"').join();

  it.each([
    ['{"xgt_log":1}\n', "ndjson"],
    ['\n{"ev":"mark","text":"a"}\n', "ndjson"],
    ['{"id":1,"ev":"enter","nr":12,"cmd":2}\n{"id":1,"ev":"exit","ret":5}\n', "ndjson"],
    [
      '{"id":1,"ev":"enter","nr":12,"cmd":2}\n{"id":1,"ev":"exit","via":"","nr":12,"cmd":2,"ret":5}\n',
      "hvclog",
    ],
    ['{"id":1,"ev":"enter","domid":1,"nr":12,"cmd":2}\n', "ndjson"],
    ['{"id":1,"ev":"enter","nr":20,"cmd":1,"count":0,"ops":[]}\n', "hvclog"],
    [`{"id":1,"ev":"enter","nr":12,"cmd":6,"domid":"0x1","extents":[${list}`, "hvclog"],
    [`{"id":1,"ev":"enter","nr":12,"cmd":6,"args":{"domid":"0x1","extents":[${list}`, "ndjson"],
    ['{"id":1,"ev":"en\n{"id":1,"ev":"exit","ret":5', "ndjson"],
  ])("%#", (text, name) => {
    expect(told(text)).toEqual([name]);
  });

  it("takes other JSON for neither", () => {
    expect(told('{"seq":1}\n[1]\n17\n')).toEqual([]);
  });
});
