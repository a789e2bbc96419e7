export { guestFolder, Lab, type LabOptions, type ScenarioRun } from "./lab.ts";
export { LabError } from "./lab-error.ts";
export { labCacheFolder } from "./package-cache.ts";
export { type LabRelease, labReleases } from "./releases.ts";
export { readScenarios, type Scenario, scenarioOf } from "./scenario.ts";
