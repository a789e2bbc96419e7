import { exampleInput, layoutRules, writeDtb } from "../../packages/dom0less-layout/src/index.ts";
import { EventSequence, logText } from "./event-sequence.ts";
import type { FuzzTarget, RandomSource } from "./fuzz-input.ts";
import type { LogSeeds } from "./log-seeds.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { imagebuilderConfigs, overlaySources, ubootScripts } from "./overlay-seeds.ts";
import { seedFiles } from "./seed-files.ts";
import { hostileXhl } from "./xhl-file.ts";

/** `convert` in every direction, overlays of every kind, and what shells ask for. */
export function commandTargets(root: string, seeds: LogSeeds): FuzzTarget[] {
  return [convert(seeds), convertedXhl(), page(seeds), overlays(root), completion()];
}

/** One or two logs of any format to any form. */
function convert({ corpus, examples, byFormat }: LogSeeds): FuzzTarget {
  const all = [...corpus, ...examples].map(({ bytes }) => bytes);
  const formats = [...byFormat.values()].map((own) => own.map(({ bytes }) => bytes));
  const groups = formats.filter((own) => own.length > 0);
  return {
    name: "convert",
    make: (random) => {
      const seed = () => mutateBytes(random.pick(random.pick(groups)), all, random);
      const files = new Map([["a", seed()]]);
      if (random.below(4) === 0) files.set("b", seed());
      return { args: convertCommand(random, [...files.keys()]), files };
    },
  };
}

function convertedXhl(): FuzzTarget {
  return {
    name: "xhl-messages",
    make: (random) => {
      const log =
        random.below(8) === 0 ? Buffer.from(logText(new EventSequence(random).log())) : hostileXhl(random);
      const args =
        random.below(2) === 0 ? convertCommand(random, ["a"]) : ["replay", "a", "--map", "-f", "json"];
      return { args, files: new Map([["a", log]]) };
    },
  };
}

/** A run as a page: what a log says must not become part of the page's own. */
function page({ examples }: LogSeeds): FuzzTarget {
  const all = examples.map(({ bytes }) => bytes);
  return {
    name: "report",
    make: (random) => {
      const isMade = random.below(2) === 0;
      const log = isMade
        ? Buffer.from(logText(new EventSequence(random).log()))
        : mutateBytes(random.pick(all), all, random);
      return {
        args: ["report", "log", ...random.pick([[], ["-o", "-"], ["-o", "page.html"]])],
        files: new Map([["log", log]]),
      };
    },
  };
}

function convertCommand(random: RandomSource, logs: readonly string[]): string[] {
  const output = random.pick([[], ["-o", "out.ndjson"], ["-o", "out.xhl"], ["-o", "a"], ["-o", "out"]]);
  const domains = random.below(8) === 0 ? ["--domains", "a"] : [];
  const quiet = random.below(4) === 0 ? ["-q"] : [];
  // Lines on standard output are looked at one by one.
  const isLines = output.length === 0;
  return ["convert", ...logs, ...output, ...domains, ...quiet, ...(isLines ? ["--color", "never"] : [])];
}

/** Trees with overlays: device trees, U-Boot's commands, ImageBuilder's configurations, of all of them some at a time. */
function overlays(root: string): FuzzTarget {
  const boards = seedFiles(root, "packages/dom0less-layout/tests/boards", /\.dts$/).map(({ bytes }) => bytes);
  const inputs = layoutRules.map(({ passing }) => exampleInput(passing));
  const hosts = [...boards, ...inputs.map(({ host }) => writeDtb(host))];
  const over = [...overlaySources, ...ubootScripts, ...imagebuilderConfigs];
  return {
    name: "layout-overlays",
    make: (random) => {
      const host = random.pick(hosts);
      const files = new Map([["host", random.below(4) === 0 ? mutateBytes(host, hosts, random) : host]]);
      const args: string[] = [];
      for (let n = 1 + random.below(3); n > 0; n--) {
        files.set(`over${n}`, mutateBytes(random.pick(over), over, random));
        args.push("--overlay", `over${n}`);
      }
      if (random.below(3) === 0) files.set("Image", Buffer.alloc(random.below(4096)));
      const form = random.pick(["text", "json", "ndjson"]);
      return { args: ["layout", "check", "host", ...args, "-f", form], files };
    },
  };
}

/** Names of domains in files that somebody has named on the line so far: nothing but names may come. */
function completion(): FuzzTarget {
  const hosts = layoutRules.map(({ passing }) => writeDtb(exampleInput(passing).host));
  const sources = [...overlaySources, ...layoutRules.map(({ failing }) => Buffer.from(failing.host))];
  const all = [...hosts, ...sources];
  return {
    name: "completion",
    make: (random) => {
      const shell = random.pick(["bash", "zsh", "fish", "csh"]);
      const files = new Map<string, Uint8Array>();
      for (let n = random.below(3); n > 0; n--)
        files.set(`tree${n}`, mutateBytes(random.pick(all), all, random));
      return { args: ["completion", shell, "--domains-of", ...files.keys(), "none"], files };
    },
  };
}
