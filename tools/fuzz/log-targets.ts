import { sinks } from "../../packages/findings/src/index.ts";
import { formats } from "../../packages/hypercall-log/src/index.ts";
import { EventSequence, logText } from "./event-sequence.ts";
import { extremeText } from "./extreme-values.ts";
import type { FuzzInput, FuzzTarget, RandomSource } from "./fuzz-input.ts";
import type { LogSeeds } from "./log-seeds.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { type SeedFile, seedFiles } from "./seed-files.ts";

const FORMS = sinks.map(({ name }) => name);

/** Ways into the command for logs: every format, sequences of events, several logs, and what is beside them. */
export function logTargets(root: string, { corpus, examples, byFormat }: LogSeeds): FuzzTarget[] {
  const boot = seedFiles(root, "corpus", /(boot|console)\.log(\.gz)?$/);
  const specs = seedFiles(root, "corpus", /spec[^/]*\.json$/);
  const mutating = (name: string, seeds: readonly SeedFile[]): FuzzTarget => {
    const others = seeds.map(({ bytes }) => bytes);
    return {
      name,
      make: (random) => {
        const bytes = mutateBytes(random.pick(seeds).bytes, others, random);
        return { args: logCommand(random, "log"), files: new Map([["log", bytes]]) };
      },
    };
  };
  const own = [...byFormat].filter(([, seeds]) => seeds.length > 0);
  return [
    ...own.map(([format, seeds]) => mutating(`log-${format}`, seeds)),
    mutating("log-any", [...corpus, ...boot]),
    forcedFormat(corpus),
    sequence(),
    merged(),
    compared(),
    options(examples),
    domains("domains-boot-log", boot, examples),
    domains("domains-json", specs, examples),
  ];
}

/** One of the commands that read a log. */
function logCommand(random: RandomSource, ...logs: string[]): string[] {
  switch (random.below(12)) {
    case 0:
      return ["info", ...logs];
    case 1:
      return ["info", ...logs, "-f", "json"];
    case 2:
      return ["replay", ...logs, "--events", "-f", random.pick(["text", "json", "ndjson"])];
    case 3:
      return ["replay", ...logs, "--each", "-f", random.pick(FORMS)];
    case 4:
      return ["replay", ...logs, "--map=all", "-f", "json", "--until", String(1 + random.below(40))];
    case 5:
      return ["replay", ...logs, "-v", "--strict"];
    default:
      return ["replay", ...logs, "-f", random.pick(FORMS), ...(random.below(3) === 0 ? ["--map"] : [])];
  }
}

/** Files of one format read as another. */
function forcedFormat(corpus: readonly SeedFile[]): FuzzTarget {
  const others = corpus.map(({ bytes }) => bytes);
  return {
    name: "log-forced",
    make: (random) => {
      const log = mutateBytes(random.pick(corpus).bytes, others, random);
      const from = random.pick(formats.map(({ name }) => name));
      return { args: [...logCommand(random, "log"), "--from", from], files: new Map([["log", log]]) };
    },
  };
}

function sequenceFile(random: RandomSource): Uint8Array {
  return Buffer.from(logText(new EventSequence(random).log()));
}

function sequence(): FuzzTarget {
  return {
    name: "sequence",
    make: (random) => {
      return { args: logCommand(random, "log"), files: new Map([["log", sequenceFile(random)]]) };
    },
  };
}

/** Two recorders of one run: each lacks some lines, and may be damaged. */
function merged(): FuzzTarget {
  return {
    name: "sequence-merged",
    make: (random) => {
      const lines = logText(new EventSequence(random).log()).split("\n");
      const thinned = () => lines.filter((_, i) => i === 0 || random.below(8) > 0).join("\n");
      const files = new Map<string, Uint8Array>(["a", "b"].map((name) => [name, Buffer.from(thinned())]));
      if (random.below(4) === 0) files.set("b", mutateBytes(files.get("b") ?? Buffer.alloc(0), [], random));
      const skew = random.below(4) === 0 ? ["--skew", `b=${extremeText(random)}`] : [];
      return { args: [...logCommand(random, "a", "b"), ...skew].filter(notForInfo()), files };
    },
  };
}

/** `info` has no --skew: such a command line would only be refused. */
function notForInfo(): (word: string, index: number, words: string[]) => boolean {
  return (word, index, words) => words[0] !== "info" || (word !== "--skew" && words[index - 1] !== "--skew");
}

function compared(): FuzzTarget {
  return {
    name: "sequence-compared",
    make: (random) => {
      const base = sequenceFile(random);
      const patched = random.below(2) === 0 ? mutateBytes(base, [base], random) : sequenceFile(random);
      const form = random.below(2) === 0 ? ["-f", "json"] : ["-v"];
      return {
        args: ["compare", "a", "b", ...form],
        files: new Map([
          ["a", base],
          ["b", patched],
        ]),
      };
    },
  };
}

function domains(name: string, seeds: readonly SeedFile[], logs: readonly SeedFile[]): FuzzTarget {
  const others = seeds.map(({ bytes }) => bytes);
  return {
    name,
    make: (random): FuzzInput => {
      const spec = mutateBytes(random.pick(seeds).bytes, others, random);
      const log = random.pick(logs).bytes;
      const args = [...logCommand(random, "log").filter((word) => word !== "info"), "--domains", "spec"];
      if (!args.includes("replay")) args.unshift("replay");
      return {
        args,
        files: new Map([
          ["log", log],
          ["spec", spec],
        ]),
      };
    },
  };
}

const OPTIONS = [
  "--gfn",
  "--time",
  "--until",
  "--rule",
  "--ignore",
  "--op",
  "--xen",
  "--skew",
  "--jobs",
  "--fail-on",
  "--color",
];
const VALUES = [
  "G44",
  "dma-to-hole",
  "4.17",
  "log=1",
  "0x60000-0x60fff",
  "0x60000+0x100",
  "1,2",
  ",",
  "populate_physmap",
  "all",
  "never",
];

/** Values of options, extreme and of the wrong kind. */
function options(logs: readonly SeedFile[]): FuzzTarget {
  return {
    name: "options",
    make: (random) => {
      const args = ["replay", "log", ...(random.below(3) === 0 ? ["--events"] : [])];
      for (let n = 1 + random.below(3); n > 0; n--) {
        const value = () => (random.below(2) === 0 ? extremeText(random) : random.pick(VALUES));
        args.push(
          random.pick(OPTIONS),
          random.below(4) === 0 ? `${value()}${random.pick([",", "-", "+", "="])}${value()}` : value(),
        );
      }
      return { args, files: new Map([["log", random.pick(logs).bytes]]) };
    },
  };
}
