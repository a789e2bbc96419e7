// Fuzzes the header reader with mutated real headers. One process, about a quarter of an hour for 100,000 runs.
//
//   nice node tools/run-ts.mjs tools/fuzz-headers.ts --tree DIR [--runs 100000] [--seed 1] [--from RUN]
//
// A run changes one header and reads it with all that it needs. It fails on an exception, on a run over the time limit, on
// a heap that grows over its limit, and on a model that contradicts itself. The seed and the run repeat a failure.
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { HeaderReader, headerTreeOf, readHeaderTree } from "../packages/hypercall-abi/src/index.ts";
import { checkReader, checkUses } from "../packages/hypercall-abi/tests/check-reader.ts";
import { mutateHeader, SeededRandom } from "../packages/hypercall-abi/tests/mutate-headers.ts";
import { withIncludes } from "./fuzz/header-seeds.ts";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    runs: { type: "string" },
    seed: { type: "string" },
    from: { type: "string" },
  },
});
const runSecondsMax = 10;
const heapBytesMax = 2 * 1024 ** 3;
function main(folder: string): void {
  const runs = Number(values.runs ?? "100000");
  const seed = Number(values.seed ?? "1");
  const tree = readHeaderTree(folder);
  const paths = [...tree.files.keys()].filter((path) => !/arch-(?!arm)/.test(path));
  const texts = paths.map((path) => tree.files.get(path) ?? "");
  const options = { xen: "fuzz", arch: "arm64", mode: "tools" } as const;
  const bases = new Map(
    paths.map((path) => {
      const reader = new HeaderReader(headerTreeOf(tree.root, withIncludes(tree.files, path)));
      return [path, { reader, known: reader.read(options) }];
    }),
  );
  const started = performance.now();
  let slowest = 0;
  let heapMax = 0;
  let complained = 0;
  for (let run = Number(values.from ?? "0"); run < runs; run++) {
    const random = new SeededRandom(seed * 1_000_003 + run);
    const path = random.pick(paths);
    const base = bases.get(path);
    if (base === undefined) throw new Error(`no reader for ${path}`);
    const { reader, known } = base;
    const text = mutateHeader(tree.files.get(path) ?? "", texts, random);
    const before = performance.now();
    try {
      const result = checkReader(reader.withTexts([[path, text]]), options, known);
      if (run % 50 === 0) checkUses(result, known);
      if (result.diagnosticCount > 0) complained++;
    } catch (problem) {
      process.stdout.write(`seed ${seed} run ${run} (${path}): ${(problem as Error).stack}\n`);
      process.exitCode = 1;
      return;
    }
    const took = performance.now() - before;
    slowest = Math.max(slowest, took);
    const heap = process.memoryUsage().heapUsed;
    heapMax = Math.max(heapMax, heap);
    if (took > runSecondsMax * 1000 || heap > heapBytesMax) {
      process.stdout.write(`seed ${seed} run ${run} (${path}): ${took.toFixed(0)} ms, heap ${heap}\n`);
      process.exitCode = 1;
      return;
    }
    if ((run + 1) % 10_000 === 0) report(run + 1);
  }
  function report(done: number): void {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const heap = (heapMax / 1024 ** 2).toFixed(0);
    process.stdout.write(
      `${done} runs in ${seconds} s: ${complained} with diagnostics, slowest ${slowest.toFixed(0)} ms, heap at most ${heap} MiB\n`,
    );
  }
  report(runs);
}

if (values.tree === undefined) {
  process.stderr.write("usage: fuzz-headers.ts --tree DIR [--runs N] [--seed N] [--from RUN]\n");
  process.exitCode = 2;
} else main(values.tree);
