// Makes a large trace.dat of a small one: each CPU's pages again and again, later each time.
//   node tools/run-ts.mjs tools/bench/enlarge-trace-dat.ts SMALL.dat TIMES LARGE.dat
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readTraceDatFile } from "../../packages/hypercall-log/src/formats/trace-dat/trace-dat-file.ts";
import { traceDat6 } from "../../packages/hypercall-log/tests/trace-dat-writer.ts";

const [, , path, times, output] = process.argv;
/** Nanoseconds between the beginnings of two rounds: longer than the small trace. */
const ROUND_NS = 60_000_000_000n;

const packed = readFileSync(path);
const file = readTraceDatFile(packed[0] === 0x1f ? gunzipSync(packed) : packed, {
  problem: (offset, message) => {
    throw new Error(`byte ${offset}: ${message}`);
  },
  skip: () => {},
});
const { headerPage, formats, taskNames, clock } = file;
const cpus = file.buffers.map(({ cpu, pages, pageSize }) => {
  const rounds = Array.from({ length: Number(times) }, (_, round) => {
    const later = Buffer.from(pages);
    for (let page = 0; page < later.length; page += pageSize) {
      later.writeBigUInt64LE(later.readBigUInt64LE(page) + BigInt(round) * ROUND_NS, page);
    }
    return later;
  });
  return { cpu, pages: Buffer.concat(rounds) };
});
writeFileSync(
  output,
  traceDat6({ headerPage, formats, taskNames, clock, pageSize: file.buffers[0].pageSize, cpus }),
);
