// Makes a trace.dat small enough to keep: leaves out the kernel's symbols and the formats of events that it does not hold.
//   node tools/run-ts.mjs tools/thin-trace-dat.ts trace.dat SMALL.dat
// Versions 6 and 7, not compressed; each CPU's pages stay as they are. The version stays the same.
import { readFileSync, writeFileSync } from "node:fs";
import {
  isTraceDat,
  readTraceDatFile,
} from "../packages/hypercall-log/src/formats/trace-dat/trace-dat-file.ts";
import { formatHead } from "../packages/hypercall-log/src/formats/trace-dat/trace-dat-format.ts";
import {
  pageLayout,
  TraceBufferReader,
} from "../packages/hypercall-log/src/formats/trace-dat/trace-dat-pages.ts";
import { traceDat6, traceDat7 } from "../packages/hypercall-log/tests/trace-dat-writer.ts";

const [, , path, output] = process.argv;
if (path === undefined || output === undefined) {
  process.stderr.write("usage: thin-trace-dat.ts trace.dat SMALL.dat\n");
  process.exit(2);
}
const VERSION_AT = 10;
const bytes = readFileSync(path);
const problems: string[] = [];
const file = readTraceDatFile(bytes, {
  problem: (offset, message) => problems.push(`byte ${offset}: ${message}`),
  skip: (reason) => problems.push(reason),
});
const problem = (offset: number, message: string) => problems.push(`byte ${offset}: ${message}`);
const layout = pageLayout(file.headerPage);
const used = new Set<number>();
const threads = new Set<number>();
for (const buffer of file.buffers) {
  const { pages } = buffer;
  const view = new DataView(pages.buffer, pages.byteOffset, pages.length);
  const reader = new TraceBufferReader(buffer, layout, 0n, problem);
  while (reader.next()) {
    used.add(view.getUint16(reader.start, true));
    threads.add(view.getInt32(reader.start + 4, true));
  }
}
if (!isTraceDat(bytes) || problems.length > 0 || file.buffers.length === 0) {
  process.stderr.write(`${path}: ${problems[0] ?? "no events"}\n`);
  process.exit(1);
}
const parts = {
  headerPage: file.headerPage,
  formats: file.formats.filter((format) => used.has(formatHead(format)?.id ?? -1)).map(withoutPrint),
  taskNames: file.taskNames
    .split("\n")
    .filter((line) => threads.has(Number(line.split(" ", 1)[0])))
    .map((line) => `${line}\n`)
    .join(""),
  clock: file.clock,
  pageSize: file.buffers[0].pageSize,
  cpus: file.buffers,
  statistics: file.statistics,
};
writeFileSync(output, bytes[VERSION_AT] === "6".charCodeAt(0) ? traceDat6(parts) : traceDat7(parts));

/** How tracefs prints an event, most of a format, is nothing that a reader needs. */
function withoutPrint(format: string): string {
  return format.replace(/\nprint fmt: [\s\S]*$/, "\n");
}
