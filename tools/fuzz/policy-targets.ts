import { sinks } from "../../packages/findings/src/index.ts";
import { BaselineError, readBaseline } from "../../packages/run/src/index.ts";
import type { FuzzTarget } from "./fuzz-input.ts";
import type { LogSeeds } from "./log-seeds.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { readerTarget } from "./reader-target.ts";

const BASELINES = [
  {
    version: 1,
    accepted: [
      {
        rule: "G44",
        name: "dma-to-hole",
        severity: "error",
        domid: 0,
        operation: "dma map",
        caused_by: "decrease_reservation",
        comm: "xen-balloon",
        frame: "hole",
        reason: "the device is not used",
      },
      { rule: "H02", severity: "warning", domid: null, reason: "known" },
    ],
  },
].map((baseline) => Buffer.from(JSON.stringify(baseline, null, 2)));

const CONFIGS = [
  {
    version: 1,
    domains: "spec.json",
    xen: "4.20",
    "fail-on": "warning",
    require: ["G44", "G17"],
    ignore: [{ rule: "I02", reason: "superpages do not matter here" }],
    baseline: "accepted.json",
  },
  { version: 1, ignore: [] },
].map((config) => Buffer.from(JSON.stringify(config, null, 2)));

/** What a repository says once for all: accepted causes and defaults, through their readers and through `replay`. */
export function policyTargets({ examples }: LogSeeds): FuzzTarget[] {
  const forms = sinks.map(({ name }) => name);
  return [
    readerTarget("read-baseline", BASELINES, (bytes) => {
      try {
        return readBaseline(Buffer.from(bytes).toString("utf8"), "accepted.json").accepted.length > 0;
      } catch (error) {
        if (!(error instanceof BaselineError)) throw error;
        return false;
      }
    }),
    {
      name: "policy",
      make: (random) => {
        const isConfig = random.below(2) === 0;
        const one = isConfig ? BASELINES[0] : mutateBytes(random.pick(BASELINES), BASELINES, random);
        const files = new Map<string, Uint8Array>([
          ["log", random.pick(examples).bytes],
          ["accepted.json", one],
        ]);
        if (isConfig) files.set("xgt.config.json", mutateBytes(random.pick(CONFIGS), CONFIGS, random));
        const given = isConfig ? [] : ["--baseline", "accepted.json"];
        return { args: ["replay", "log", ...given, "-f", random.pick(forms)], files };
      },
    },
  ];
}
