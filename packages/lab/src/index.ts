export { bpftraceKit, type CaptureKit, type KitFile, kprobeKit, moduleKit } from "./capture/capture-kit.ts";
export { type Caller, dom0, domUCaller } from "./differential/caller.ts";
export { buildExecutor } from "./differential/executor.ts";
export {
  type DifferentialMachine,
  type DifferentialRun,
  randomBoots,
} from "./differential/run-differential.ts";
export { type Smallest, shrinkRun } from "./differential/shrink.ts";
export { fetchPackages, type WantedPackages } from "./host/fetch-packages.ts";
export { LabError } from "./host/lab-error.ts";
export { labCacheFolder } from "./host/package-cache.ts";
export { type DebianSuite, kernelSuites, type LabRelease, labReleases } from "./host/releases.ts";
export { makeFolder, removeFolder } from "./host/temporary-folder.ts";
export { boardTree, type ImageEnd, type ImageRun, runImage } from "./images/run-image.ts";
export type { KernelChoice } from "./kernel/lab-options.ts";
export { type XenImage, xenImage } from "./kernel/xen-image.ts";
export { recordersOf } from "./kprobes/kprobe-recorder.ts";
export { type RecorderKind, recorderKinds } from "./kprobes/recorder-kinds.ts";
export { lostEvents } from "./kprobes/trace-statistics.ts";
export { GuestPanic } from "./machine/guest-panic.ts";
export type { DomUFiles, PlacedDomU, PlannedDomU } from "./machine/placed-domu.ts";
export { Lab, type ScenarioRun } from "./scenarios/lab.ts";
export type { RecorderChoice } from "./scenarios/recorder.ts";
export { readScenarios, type Scenario, scenarioOf } from "./scenarios/scenario.ts";
export { ScenarioFailure } from "./scenarios/scenario-failure.ts";
