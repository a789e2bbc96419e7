import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HeaderReader, readHeaderTree } from "../src/index.ts";
import { checkReader, checkUses } from "./check-reader.ts";
import { mutateHeader, SeededRandom } from "./mutate-headers.ts";

const runs = 400;

// The long run over real headers: node tools/run-ts.mjs tools/fuzz-headers.ts
test(`${runs} mutated headers end in a model and diagnostics, never in a crash`, () => {
  const tree = readHeaderTree(fileURLToPath(new URL("fixtures/public", import.meta.url)));
  const base = new HeaderReader(tree);
  const options = { xen: "fixture", arch: "arm64", mode: "tools" } as const;
  const known = base.read(options);
  const paths = [...tree.files.keys()];
  const texts = [...tree.files.values()];
  const random = new SeededRandom(20_260_822);
  let complained = 0;
  for (let run = 0; run < runs; run++) {
    const path = random.pick(paths);
    const text = mutateHeader(tree.files.get(path)!, texts, random);
    const reader = base.withTexts([[path, text]]);
    const result = checkReader(reader, options, known);
    if (run % 10 === 0) checkUses(result, known);
    if (result.diagnosticCount > 0) complained++;
  }
  // Mutations that are never noticed would mean that nothing is mutated, or nothing read.
  expect(complained).toBeGreaterThan(runs / 4);
  expect(base.read(options).abi).toEqual(known.abi);
});
