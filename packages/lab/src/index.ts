export { type DifferentialRun, runRandom } from "./differential/run-differential.ts";
export { type Smallest, shrinkRun } from "./differential/shrink.ts";
export { recorderKinds } from "./kprobes/kprobe-recorder.ts";
export { guestFolder, type KernelChoice, Lab, type LabOptions, type ScenarioRun } from "./lab.ts";
export { LabError } from "./lab-error.ts";
export { labCacheFolder } from "./package-cache.ts";
export type { RecorderKind } from "./recorder.ts";
export { type DebianSuite, kernelSuites, type LabRelease, labReleases } from "./releases.ts";
export { readScenarios, type Scenario, scenarioOf } from "./scenario.ts";
