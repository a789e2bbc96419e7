import { commandTargets } from "./command-targets.ts";
import { domainReaders } from "./domain-readers.ts";
import type { FuzzTarget } from "./fuzz-input.ts";
import { interfaceReaders } from "./interface-readers.ts";
import { kernelReaders } from "./kernel-readers.ts";
import { logReaders } from "./log-readers.ts";
import { logSeeds } from "./log-seeds.ts";
import { logTargets } from "./log-targets.ts";
import { otherTargets } from "./other-targets.ts";
import { policyTargets } from "./policy-targets.ts";
import { treeReaders } from "./tree-readers.ts";

/** Everything that is fed: readers, which are called straight away, and commands. `root`: folder of this project. */
export function fuzzTargets(root: string): FuzzTarget[] {
  const seeds = logSeeds(root);
  return [
    ...logReaders(seeds),
    ...domainReaders(root),
    ...treeReaders(root),
    ...interfaceReaders(root),
    ...kernelReaders(),
    ...logTargets(root, seeds),
    ...otherTargets(root),
    ...commandTargets(root, seeds),
    ...policyTargets(seeds),
  ];
}
