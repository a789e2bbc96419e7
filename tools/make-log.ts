/**
 * Writes a synthetic log of a healthy direct-mapped Dom0 for benchmarks: balloon rounds, grant batches with the
 * guest's own table and DMA beside them. Deterministic for a seed.
 *
 *   node tools/run-ts.mjs tools/make-log.ts --format ndjson|ftrace --operations 5000000 [--seed N] [--iommu] [--faults N] > LOG
 *
 * --iommu: Dom0 has an IOMMU, so that devices get gfns for addresses. --faults N: of so many batches of grants one does what
 * it should not: a device gets the gfn of a granted page for its address.
 *
 * An operation is an extent, a grant op, an entry of the guest's table or a DMA page, as `xgt replay` counts them.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    format: { type: "string", default: "ndjson" },
    operations: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    iommu: { type: "boolean", default: false },
    faults: { type: "string", default: "0" },
  },
});
const target = Number(values.operations);
const faults = Number(values.faults);
const BANK = 0x80000;
const BANK_FRAMES = 0x80000;
const EXTENDED = 0x200000;
const EXTENDED_FRAMES = 0x40000;
const PEER = 0x800000;
const BALLOON_EXTENTS = 512;
const GRANT_BATCH = 16;
/** Bytes buffered before a write. */
const FLUSH_BYTES = 1 << 20;

let state = Number(values.seed) >>> 0 || 1;
/** xorshift32: a number in [0, bound). */
function random(bound: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}

let text = "";
let written = 0;
let operations = 0;
let id = 0;
let time = 10;

const hex = (value: number): string => `0x${value.toString(16)}`;

async function flush(force = false): Promise<void> {
  if (text.length < FLUSH_BYTES && !force) return;
  written += text.length;
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
  text = "";
}

/** What one format writes for each event of the workload. */
interface Writer {
  header(): void;
  reservation(cmd: number, gfns: readonly number[]): void;
  map(
    gfns: readonly number[],
    refs: readonly number[],
    handles: readonly number[],
    mfns: readonly number[],
  ): void;
  unmap(gfns: readonly number[], handles: readonly number[]): void;
  guestEntry(pfn: number, mfn: number | null): void;
  dma(gfn: number, bus: number, unmap: boolean): void;
}

const stamp = (): string => {
  time += 0.000003;
  return time.toFixed(6);
};

const ndjson: Writer = {
  header() {
    const domain = {
      domid: 0,
      mode: "direct-mapped",
      ram: [{ gfn: hex(BANK), count: hex(BANK_FRAMES) }],
      regions: [{ name: "extended", gfn: hex(EXTENDED), count: hex(EXTENDED_FRAMES) }],
      iommu: values.iommu,
      max_order: 18,
    };
    text += `${JSON.stringify({ xgt_log: 1, version: 1, xen: "4.17", arch: "arm64", domains: [domain] })}\n`;
  },
  reservation(cmd, gfns) {
    id++;
    text += `{"t":${stamp()},"id":${id},"ev":"enter","cpu":0,"pid":40,"comm":"xen-balloon","nr":12,"cmd":${cmd},"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":${gfns.length},"start_extent":0,"extents":[${gfns.map((gfn) => `"${hex(gfn)}"`).join(",")}]}}\n`;
    text += `{"t":${stamp()},"id":${id},"ev":"exit","ret":${gfns.length}}\n`;
  },
  map(gfns, refs, handles, mfns) {
    id++;
    const ops = gfns.map((gfn, i) => `{"host_addr":"${hex(gfn * 4096)}","flags":2,"ref":${refs[i]},"dom":1}`);
    const results = mfns.map(
      (mfn, i) => `{"status":0,"handle":${handles[i]},"dev_bus_addr":"${hex(mfn * 4096)}"}`,
    );
    text += `{"t":${stamp()},"id":${id},"ev":"enter","cpu":1,"pid":99,"comm":"1.xvda-0","nr":20,"cmd":0,"args":{"count":${gfns.length},"ops":[${ops.join(",")}]}}\n`;
    text += `{"t":${stamp()},"id":${id},"ev":"exit","ret":0,"ops":[${results.join(",")}]}\n`;
  },
  unmap(gfns, handles) {
    id++;
    const ops = gfns.map(
      (gfn, i) => `{"host_addr":"${hex(gfn * 4096)}","dev_bus_addr":"0x0","handle":${handles[i]}}`,
    );
    const results = gfns.map(() => `{"status":0}`);
    text += `{"t":${stamp()},"id":${id},"ev":"enter","cpu":1,"pid":99,"comm":"1.xvda-0","nr":20,"cmd":1,"args":{"count":${gfns.length},"ops":[${ops.join(",")}]}}\n`;
    text += `{"t":${stamp()},"id":${id},"ev":"exit","ret":0,"ops":[${results.join(",")}]}\n`;
  },
  guestEntry(pfn, mfn) {
    const frame = mfn === null ? "0xffffffffffffffff" : hex(mfn);
    text += `{"t":${stamp()},"ev":"guest_p2m","pid":99,"pfn":"${hex(pfn)}","mfn":"${frame}","nr":1}\n`;
  },
  dma(gfn, bus, unmap) {
    const phys = unmap ? "" : `"phys":"${hex(gfn * 4096)}",`;
    text += `{"t":${stamp()},"ev":"dma","pid":99,"op":"${unmap ? "unmap" : "map"}","dir":"TO_DEVICE","dev":"0000:00:01.0","segments":[{${phys}"bus":"${hex(bus * 4096)}","size":4096}],"shown":1,"total":1}\n`;
  },
};

const head = (comm: string, pid: number, cpu: number): string =>
  `${`${comm}-${pid}`.padStart(20)} [00${cpu}] d....  ${stamp().padStart(12)}: `;

const ftrace: Writer = {
  header() {
    text += "# tracer: nop\n#\n";
  },
  reservation(cmd, gfns) {
    const name = cmd === 1 ? "decrease" : "increase";
    const place = `(xenmem_reservation_${name}+0x48/0x80)`;
    const common = `cmd=${cmd} arg=0xffff80000a223d18 nr=${gfns.length}`;
    const list = (first: number, index: number): string =>
      `f${index}={${gfns
        .slice(first, first + 64)
        .map(hex)
        .join(",")}}`;
    const argument = `a={0xffff800009fec150,${hex(gfns.length)},0x0,0x7ff0}`;
    const rest = [5, 6, 7].map((index) => list(index * 64, index)).join(" ");
    const first = [0, 1, 2, 3, 4].map((index) => list(index * 64, index)).join(" ");
    text += `${head("xen-balloon", 40, 0)}mo_x_xenmem_reservation_${name}_48: ${place} ${common} ${rest}\n`;
    text += `${head("xen-balloon", 40, 0)}mo_l_xenmem_reservation_${name}_48: ${place} ${common} ${argument} ${first}\n`;
    text += `${head("xen-balloon", 40, 0)}mo_r_xenmem_reservation_${name}_48: (xenmem_reservation_${name}+0x4c/0x80) ret=${gfns.length} arg=0xffff80000a223d18\n`;
  },
  map(gfns, refs, handles) {
    const words = `w={${hex(gfns[0] * 4096)},${hex(refs[0] * 2 ** 32 + 2)},0xffffffff00010001}`;
    const result = `w={${hex(gfns[0] * 4096)},${hex(refs[0] * 2 ** 32 + 2)},${hex(handles[0] * 2 ** 32 + 1)}}`;
    const common = `uop=0xffff00000d409b00 count=${gfns.length}`;
    text += `${head("1.xvda-0", 99, 1)}gt_e_gnttab_map_refs_40: (gnttab_map_refs+0x40/0x1dc) cmd=0 ${common} ${words}\n`;
    text += `${head("1.xvda-0", 99, 1)}gt_r_gnttab_map_refs_40: (gnttab_map_refs+0x44/0x1dc) ret=0 ${common} ${result}\n`;
  },
  unmap(gfns, handles) {
    const words = `w={${hex(gfns[0] * 4096)},0x0,${hex(handles[0])}}`;
    const common = `uop=0xffff00000d409b00 count=${gfns.length}`;
    text += `${head("1.xvda-0", 99, 1)}gt_e_gnttab_unmap_refs_38: (gnttab_unmap_refs+0x38/0xb0) cmd=1 ${common} ${words}\n`;
    text += `${head("1.xvda-0", 99, 1)}gt_r_gnttab_unmap_refs_38: (gnttab_unmap_refs+0x3c/0xb0) ret=0 ${common} ${words}\n`;
  },
  guestEntry(pfn, mfn) {
    const frame = mfn === null ? "0xffffffffffffffff" : hex(mfn);
    text += `${head("1.xvda-0", 99, 1)}p2m: (__set_phys_to_machine_multi+0x0/0x27c) pfn=${hex(pfn)} mfn=${frame} n=1\n`;
  },
  dma(gfn, bus, unmap) {
    const bare = (frame: number): string => (frame * 4096).toString(16);
    const phys = unmap ? "" : ` phys_addr=${bare(gfn)}`;
    text += `${head("1.xvda-0", 99, 1)}dma_${unmap ? "unmap" : "map"}_page: 0000:00:01.0 dir=TO_DEVICE dma_addr=${bare(bus)} size=4096${phys} attrs=\n`;
  },
};

const writer = values.format === "ftrace" ? ftrace : ndjson;

/** Balloons a run of frames out and in again. */
function balloonRound(): void {
  const first = BANK + random(BANK_FRAMES - BALLOON_EXTENTS);
  const gfns = Array.from({ length: BALLOON_EXTENTS }, (_, i) => first + i);
  writer.reservation(1, gfns);
  writer.reservation(6, gfns);
  operations += 2 * BALLOON_EXTENTS;
}

/** A batch of grants as blkback makes it: map, enter into the table, DMA, unmap, erase. */
function grantRound(): void {
  const count = 1 + random(GRANT_BATCH);
  const first = EXTENDED + random(EXTENDED_FRAMES - GRANT_BATCH);
  const gfns = Array.from({ length: count }, (_, i) => first + i);
  const refs = gfns.map(() => 8 + random(4000));
  const mfns = refs.map((ref) => PEER + ref);
  const handles = gfns.map((_, i) => i);
  writer.map(gfns, refs, handles, mfns);
  for (const [i, gfn] of gfns.entries()) writer.guestEntry(gfn, mfns[i]);
  const buses = values.iommu || (faults > 0 && random(faults) === 0) ? gfns : mfns;
  for (const [i, gfn] of gfns.entries()) writer.dma(gfn, buses[i], false);
  for (const [i, gfn] of gfns.entries()) writer.dma(gfn, buses[i], true);
  writer.unmap(gfns, handles);
  for (const gfn of gfns) writer.guestEntry(gfn, null);
  operations += 6 * count;
}

process.stdout.on("error", () => process.exit(0));
writer.header();
while (operations < target) {
  if (random(100) < 8) balloonRound();
  else grantRound();
  await flush();
}
await flush(true);
process.stderr.write(`${operations} operations, ${written} bytes\n`);
