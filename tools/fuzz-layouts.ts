// Fuzzes the device tree readers, the layout rules and the planner. One process, some minutes for 100,000 runs.
//
//   nice node tools/run-ts.mjs tools/fuzz-layouts.ts [--runs 100000] [--seed 1] [--trees DIR]
//
// A run takes a host tree with domains and its partial trees (the examples of the rules; with --trees also every .dtb below
// DIR), changes bytes, words or source text of them, reads them, merges a changed overlay or script of U-Boot over every
// second one, checks them, draws them, and every tenth time plans over them. It fails on an exception, on a run over the time limit, and on a problem without node path and place. The seed and
// the run repeat a failure.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import {
  applyFdtScript,
  applyOverlay,
  checkLayout,
  type DeviceTree,
  exampleInput,
  imagebuilderScript,
  isImagebuilderConfig,
  type LayoutInput,
  layoutRules,
  moduleFile,
  pictureText,
  planLayout,
  readDeviceTree,
  scriptText,
  writeDtb,
} from "../packages/dom0less-layout/src/index.ts";
import { NEWEST_RELEASE, parseRelease, releases } from "../packages/hypercall-abi/src/index.ts";

const { values } = parseArgs({
  options: { runs: { type: "string" }, seed: { type: "string" }, trees: { type: "string" } },
});
const runs = Number(values.runs ?? 100_000);
const seed = Number(values.seed ?? 1);
const RUN_MS_MAX = 5000;
/** Tokens of the format, and numbers that break sums. */
const WORDS = [0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xffffffff, 0x1000, 0xd00dfeed];
const TEXTS = [
  "<",
  ">",
  "{",
  "}",
  ";",
  "/*",
  '"',
  "&",
  "(",
  ")",
  "/ {",
  "= <1>;",
  "0x",
  "\0",
  "[",
  "/bits/ 64",
  "#",
];

/** A tree with its partial trees, as bytes. */
interface Sample {
  readonly host: Uint8Array;
  readonly input: LayoutInput;
  readonly partials: readonly [string, Uint8Array][];
}

const OVERLAY_SOURCE = `/dts-v1/; /plugin/;
&{/chosen} { #address-cells = <2>; #size-cells = <2>;
  domU1 { compatible = "xen,domain"; cpus = <1>; memory = <0 0x40000>; direct-map; xen,static-mem = <0 0xa0000000 0 0x10000000>;
    a: evtchn-1 { compatible = "xen,evtchn-v1"; xen,evtchn = <10 &b>; }; b: evtchn-2 { xen,evtchn = <11 &a>; };
    module@84000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x84000000 0 0x1000000>; }; }; };
&gic { extra = <&gic 1 &a>; };`;
const SCRIPT = `setenv base 0xa0000000
fdt set /chosen \\#address-cells <2>; fdt mknod /chosen domU2
fdt set /chosen/domU2 compatible "xen,domain"
fdt set /chosen/domU2 xen,static-mem <0 $base 0 0x1000>
fdt rm /chosen stdout-path
`;
const CONFIG = `MEMORY_START="0x40000000"
XEN_CMD='console=dtuart'
NUM_DOMUS=2
DOMU_KERNEL[0]="Image"
DOMU_STATIC_MEM[0]="0xa0000000 0x10000000"
DOMU_KERNEL[1]=Image
`;
/** Overlays that are trees come first. */
const OVERLAYS: readonly Uint8Array[] = [
  Buffer.from(OVERLAY_SOURCE),
  writeDtb(readDeviceTree(Buffer.from(OVERLAY_SOURCE), "overlay").tree),
  Buffer.from(SCRIPT),
  Buffer.from(CONFIG),
];
const TREE_OVERLAYS = 2;

let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
/** xorshift64*: the same numbers for the same seed. */
function random(below: number): number {
  state ^= (state << 13n) & 0xffffffffffffffffn;
  state ^= state >> 7n;
  state ^= (state << 17n) & 0xffffffffffffffffn;
  return Number((state >> 11n) % BigInt(Math.max(1, below)));
}

function samples(): Sample[] {
  const own = layoutRules
    .flatMap((rule) => [rule.passing, rule.failing])
    .flatMap((example) => {
      const input = exampleInput(example);
      const partials = [...input.modules].flatMap(([path, file]): [string, Uint8Array][] => {
        return file.tree === null ? [] : [[path, writeDtb(file.tree)]];
      });
      const binary = { host: writeDtb(input.host), input, partials };
      const source = { host: Buffer.from(example.host), input, partials };
      return [binary, binary, source];
    });
  const { trees } = values;
  if (trees === undefined) return own;
  const names = readdirSync(trees, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".dtb"),
  );
  const boards = names.sort().map((name): Sample => {
    return { host: readFileSync(join(trees, name)), input: own[0].input, partials: [] };
  });
  return [...own, ...boards];
}

function mutated(good: Uint8Array): Buffer {
  const isText = good[0] !== 0xd0;
  let bytes = Buffer.from(good);
  for (let i = 1 + random(6); i > 0; i--) {
    const at = random(bytes.length);
    const kind = random(8);
    if (isText && kind < 5) {
      const text = Buffer.from(TEXTS[random(TEXTS.length)]);
      bytes = Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at + random(3))]);
    } else if (kind < 3) bytes[at] = random(256);
    else if (kind < 6 && bytes.length >= 4)
      bytes.writeUInt32BE(WORDS[random(WORDS.length)], at - (at % 4) > bytes.length - 4 ? 0 : at - (at % 4));
    else if (kind === 6) bytes.copyWithin(at, random(bytes.length), random(bytes.length));
    else if (random(6) === 0) bytes = bytes.subarray(0, at);
  }
  return bytes;
}

function once(sample: Sample, withPlan: boolean): number {
  const reading = readDeviceTree(random(4) > 0 ? mutated(sample.host) : sample.host, "host");
  const modules = new Map(sample.input.modules);
  let problems = reading.problems.length;
  for (const problem of reading.problems) {
    if (!problem.nodePath.startsWith("/") || problem.location.place === null)
      throw new Error("a problem without a place");
  }
  for (const [path, bytes] of sample.partials) {
    const partial = readDeviceTree(random(3) > 0 ? mutated(bytes) : bytes, "partial");
    problems += partial.problems.length;
    modules.set(path, moduleFile(path, bytes, partial.tree));
  }
  const release = parseRelease(releases[random(releases.length)]);
  if (random(2) === 0) problems += merged(reading.tree);
  const { model } = checkLayout({ ...sample.input, host: reading.tree, modules, release });
  pictureText(model);
  if (withPlan) {
    const devices = model.host.devices.slice(0, 40).map(({ node }) => node.path);
    const rest = {
      cpus: 1,
      enhanced: "off",
      vpl011: true,
      kernelSize: 0x80_0000n,
      ramdiskSize: 1n,
      bootargs: null,
    } as const;
    const domains = [0, 1].map((i) => {
      return {
        name: `p${i}`,
        memory: BigInt(1 + random(512)) << 20n,
        devices: devices.slice(random(40)).slice(0, 2),
        ...rest,
      };
    });
    planLayout({
      host: reading.tree,
      release: NEWEST_RELEASE,
      domains,
      masters: [],
      shared: [{ id: "s", size: 4096n, domains: ["p0", "p1"] }],
      firmware: [],
      dom0: false,
    });
  }
  return problems;
}

/** Merges an overlay, a script or a configuration, changed, over a tree; returns the problems. */
function merged(host: DeviceTree): number {
  const which = random(OVERLAYS.length);
  const bytes = random(4) > 0 ? mutated(OVERLAYS[which]) : OVERLAYS[which];
  if (which < TREE_OVERLAYS) {
    const overlay = readDeviceTree(bytes, "overlay");
    return overlay.problems.length + applyOverlay(host, overlay.tree).length;
  }
  const text = scriptText(bytes);
  const script = isImagebuilderConfig(text) ? imagebuilderScript(text, () => null).script : text;
  return applyFdtScript(host, script, "script").length;
}

const all = samples();
const start = performance.now();
let slowest = 0;
let refused = 0;
for (let run = 0; run < runs; run++) {
  const before = performance.now();
  const sample = all[random(all.length)];
  try {
    if (once(sample, run % 10 === 0) > 0) refused++;
  } catch (error) {
    process.stderr.write(`seed ${seed}, run ${run}: ${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  }
  const took = performance.now() - before;
  slowest = Math.max(slowest, took);
  if (took > RUN_MS_MAX) {
    process.stderr.write(`seed ${seed}, run ${run}: took ${Math.round(took)} ms\n`);
    process.exit(1);
  }
}
const seconds = (performance.now() - start) / 1000;
const heap = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
process.stdout.write(
  `${JSON.stringify({ runs, seed, samples: all.length, refused, seconds: Math.round(seconds), slowest_ms: Math.round(slowest), heap_mib: heap })}\n`,
);
