import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FormatName, formats } from "../../packages/hypercall-log/src/index.ts";
import { asPerf } from "../../packages/hypercall-log/tests/perf-text.ts";
import { rules } from "../../packages/p2m-tracker/src/index.ts";
import { plain, type SeedFile, seedFiles, shortened } from "./seed-files.ts";
import { smallTraceDats } from "./small-trace-dat.ts";
import { goodXhl } from "./xhl-file.ts";

/** Good logs to begin with. */
export interface LogSeeds {
  /** Of the corpus and of the tests, all formats. */
  readonly corpus: readonly SeedFile[];
  /** The logs that keep and break each rule. */
  readonly examples: readonly SeedFile[];
  /** All of them, by the format that each is read as. */
  readonly byFormat: ReadonlyMap<FormatName, readonly SeedFile[]>;
}

/** Good logs of every format: which one a file is of is told as it is of a user's. */
export function logSeeds(root: string): LogSeeds {
  const kinds = /\.(jsonl|ndjson|txt|dat|bin|xhl|data|log|console)(\.gz)?$/;
  const corpus = [
    ...seedFiles(root, "corpus", kinds),
    ...seedFiles(root, "packages/hypercall-log/tests/data", kinds),
  ];
  const examples = rules.flatMap(({ id, passing, failing }) =>
    [passing, failing].map((text): SeedFile => ({ name: `${id}.ndjson`, bytes: Buffer.from(text) })),
  );
  const text = (name: string) => plain(readFileSync(join(root, "corpus/traces", name)));
  const perf = asPerf(
    text("balloon/trace.txt.gz")
      .toString("latin1")
      .replace(/^#.*\n/gm, ""),
    false,
  );
  const made = [
    ...smallTraceDats(root),
    { name: "run.xhl", bytes: goodXhl(text("dma-4.20/faulty/hvclog.jsonl")) },
    { name: "perf.txt", bytes: shortened(Buffer.from(perf)) },
  ];
  const byFormat = new Map<FormatName, SeedFile[]>(formats.map(({ name }) => [name, []]));
  for (const seed of [...corpus, ...examples, ...made]) {
    const format = formats.find((candidate) => candidate.sniff(seed.bytes));
    if (format !== undefined) byFormat.get(format.name)?.push(seed);
  }
  return { corpus: [...corpus, ...made], examples, byFormat };
}
