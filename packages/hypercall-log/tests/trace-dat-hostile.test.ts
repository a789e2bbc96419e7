import { readFileSync } from "node:fs";
import { deflateSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { traceDat } from "../src/formats/trace-dat/trace-dat.ts";
import { readTraceDatFile, type TraceDatFile } from "../src/formats/trace-dat/trace-dat-file.ts";
import { formatMembers } from "../src/formats/trace-dat/trace-dat-format.ts";
import { TRACE_DAT_BUFFERS_MAX, TRACE_DAT_CLOCK_MAX, TRACE_DAT_FORMATS_MAX } from "../src/limits.ts";
import { readWhole } from "./read-log.ts";
import { type TraceParts, traceDat6, traceDat7 } from "./trace-dat-writer.ts";

/** A file with what was said of it while it was read. */
interface ReadFile {
  readonly file: TraceDatFile;
  readonly problems: readonly string[];
  readonly skipped: ReadonlyMap<string, number>;
}

function readFile(bytes: Buffer): ReadFile {
  const problems: string[] = [];
  const skipped = new Map<string, number>();
  const file = readTraceDatFile(bytes, {
    problem: (_, message) => problems.push(message),
    skip: (reason) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1),
  });
  return { file, problems, skipped };
}

const real = readFile(gunzipSync(readFileSync(new URL("data/trace-cmd-6.dat.gz", import.meta.url)))).file;
const parts: TraceParts = { ...real, pageSize: real.buffers[0].pageSize, cpus: real.buffers };
const events = readWhole(traceDat, traceDat6(parts)).written;

describe("a trace.dat of version 7", () => {
  it.each(["none", "zlib"] as const)(
    "that names its heads again and again gives them once (%s)",
    (packing) => {
      const { file, problems, skipped } = readFile(traceDat7({ ...parts, named: 500 }, packing));
      expect(problems).toEqual([]);
      expect([...skipped]).toEqual([["further headers of one kind", 3 * 499]]);
      expect(file.formats).toEqual(real.formats);
      expect(file.buffers).toHaveLength(real.buffers.length);
    },
  );

  it("whose options name themselves as the next gives them once", () => {
    const { file, problems } = readFile(
      traceDat7({ ...parts, cpus: [], statistics: ["CPU: 0"], isLoop: true }),
    );
    expect(problems).toEqual([expect.stringMatching(/^sections overlap/)]);
    expect(file.statistics).toEqual(["CPU: 0"]);
    expect(file.formats).toEqual(real.formats);
  });

  it("with more formats than there are numbers for events gives none of them", () => {
    const formats = Array.from({ length: TRACE_DAT_FORMATS_MAX + 1 }, () => "");
    const { file, problems } = readFile(traceDat7({ ...parts, formats }, "zlib"));
    expect(problems).toEqual([expect.stringContaining(`more than ${TRACE_DAT_FORMATS_MAX} event formats`)]);
    expect(file.formats).toEqual([]);
  });

  it("whose CPUs claim the same packed data is not unpacked again and again", () => {
    const cpus = Array.from({ length: 200 }, (_, cpu) => ({ ...parts.cpus[0], cpu }));
    const { file, problems } = readFile(traceDat7({ ...parts, cpus, isShared: true }, "zlib"));
    expect(problems).toEqual([expect.stringMatching(/^CPUs' data overlap/)]);
    expect(file.buffers.length).toBeGreaterThan(0);
    expect(file.buffers.length).toBeLessThan(20);
  });

  it("counts CPUs whose packed data is empty", () => {
    const cpus = Array.from({ length: TRACE_DAT_BUFFERS_MAX + 1 }, (_, cpu) => ({
      cpu,
      pages: new Uint8Array(0),
    }));
    const { file, problems } = readFile(traceDat7({ ...parts, cpus, isShared: true }, "zlib"));
    expect(problems).toEqual([expect.stringContaining(`more than ${TRACE_DAT_BUFFERS_MAX} buffers`)]);
    expect(file.buffers).toEqual([]);
  });

  it("whose packed pages say another size than they have is corrupt there", () => {
    const bytes = traceDat7(parts, "zlib");
    const at = bytes.indexOf(deflateSync(parts.cpus[0].pages.subarray(0, 4 * parts.pageSize)));
    const size = bytes.readUInt32LE(at - 4);
    bytes.writeUInt32LE(size + 8, at - 4);
    expect(readFile(bytes).problems).toEqual([
      `compressed data is corrupt (${size} bytes came out, not ${size + 8})`,
    ]);
  });
});

const MANY = 500_000;
const runs = [
  ["newlines", "\n"],
  ["spaces", " "],
  ["tabs", "\t"],
  ["empty lines", " \n"],
  ["brackets", "["],
  ["field words", "\tfield:\n"],
] as const;

describe.each(runs)("a long run of %s", (_, run) => {
  const noise = run.repeat(MANY / run.length);

  it("among the tasks' names does not hide them", () => {
    const bytes = traceDat6({ ...parts, taskNames: `${noise}\n${parts.taskNames}${noise}` });
    expect(readWhole(traceDat, bytes).written).toEqual(events);
  });

  it("in the description of pages does not hide it", () => {
    const bytes = traceDat6({ ...parts, headerPage: `${noise}\n${parts.headerPage}${noise}` });
    expect(readWhole(traceDat, bytes).written).toEqual(events);
  });

  it("in a declaration makes it none", () => {
    const size = "offset:0;\tsize:8;\tsigned:0;\n";
    const text = `\tfield:${noise}!;\t${size}\tfield:u64${noise};\t${size}\tfield:u64 after;\t${size}`;
    expect(formatMembers(text).at(-1)).toMatchObject({ name: "after", type: "u64" });
    const formats = parts.formats.map((format) => format.replace(/^format:\n/m, `format:\n${text}`));
    expect(readWhole(traceDat, traceDat6({ ...parts, formats: formats.slice(0, 2) })).problems).toEqual([]);
  });

  it("as the clock's name is a short unknown clock", () => {
    const { file, problems } = readFile(traceDat6({ ...parts, clock: `${noise}\0` }));
    expect(problems).toEqual([]);
    expect(file.clock.startsWith("local [")).toBe(true);
    expect(file.clock.length).toBeLessThanOrEqual(TRACE_DAT_CLOCK_MAX);
  });
});

describe("a member's declaration", () => {
  const member = (declaration: string) =>
    formatMembers(`\tfield:${declaration};\toffset:8;\tsize:8;\tsigned:0;\n`).map(({ name, type }) => [
      name,
      type,
    ]);

  it.each([
    ["u64 pfn", "pfn", "u64"],
    ["unsigned  long ip ", "ip", "unsigned  long"],
    ["const char * name", "name", "const char *"],
    ["char *name", "name", "char *"],
    ["u64 f0[64]", "f0", "u64[64]"],
    ["char buf[]", "buf", "char[]"],
    ["__data_loc u64[] dma_addrs", "dma_addrs", "__data_loc u64[]"],
  ])("%s has name and type", (declaration, name, type) => {
    expect(member(declaration)).toEqual([[name, type]]);
  });

  it.each(["", "[3]", "u64 a[1]]", "u64 a]", "u64 *", "u64 a[1] "])("%j names nothing", (declaration) => {
    expect(member(declaration)).toEqual([]);
  });
});
