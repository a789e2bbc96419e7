import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readTraceDatFile } from "../../packages/hypercall-log/src/formats/trace-dat/trace-dat-file.ts";
import { traceDat6, traceDat7 } from "../../packages/hypercall-log/tests/trace-dat-writer.ts";
import type { SeedFile } from "./seed-files.ts";

/** Pages of each CPU that are kept. */
const PAGES = 1;
const FORMATS = 12;

/** The beginning of a real trace.dat in every form, each a few kilobytes: whole ones take too long for each input. */
export function smallTraceDats(root: string): SeedFile[] {
  const real = gunzipSync(readFileSync(`${root}/packages/hypercall-log/tests/data/trace-cmd-6.dat.gz`));
  const file = readTraceDatFile(real, { problem: () => {}, skip: () => {} });
  const { pageSize } = file.buffers[0];
  const cpus = file.buffers.map(({ cpu, pages }) => ({ cpu, pages: pages.subarray(0, PAGES * pageSize) }));
  const parts = { ...file, formats: file.formats.slice(0, FORMATS), pageSize, cpus };
  return [
    { name: "six.dat", bytes: traceDat6(parts) },
    { name: "seven.dat", bytes: traceDat7(parts) },
    { name: "packed.dat", bytes: traceDat7(parts, "zlib") },
  ];
}
