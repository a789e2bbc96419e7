export { checkLayout, type LayoutResult, logOnlyInput, rulesFor } from "./check/check.ts";
export { exampleInput } from "./check/example-input.ts";
export {
  IMAGE_HEAD_BYTES,
  LOG_BYTES_MAX,
  PLANNED_DEVICES_MAX,
  PLANNED_DOMAINS_MAX,
  TREE_BYTES_MAX,
} from "./limits.ts";
export { uncoveredHost } from "./model/covered-host.ts";
export type { EnhancedMode } from "./model/domain-config.ts";
export { parseFirmwareRange } from "./model/firmware-range.ts";
export { type GivenBootLog, givenBootLog } from "./model/given-boot-log.ts";
export type { HostDevice, HostPlatform, ReservedRange } from "./model/host.ts";
export { assignedNodes, type LayoutInput, type LayoutModel, layoutModel } from "./model/layout-model.ts";
export { kernelProblem, type ModuleFile, moduleFile } from "./model/module-file.ts";
export { type BusMaster, BusMasterError, parseBusMasters } from "./model/protection-windows.ts";
export { type AddressLink, addressLinks } from "./plan/address-links.ts";
export {
  type PictureItem,
  type PictureRow,
  pictureColumns,
  pictureRows,
  pictureText,
} from "./plan/address-picture.ts";
export { pictureSvg } from "./plan/address-svg.ts";
export { domainSpecOf } from "./plan/domain-spec-of.ts";
export { type NoPlan, type Plan, planLayout } from "./plan/plan.ts";
export { planTable } from "./plan/plan-table.ts";
export { reachTable } from "./reach/reach-table.ts";
export type { LoadFile, PlanRequest, SharedWindow, WantedDomain } from "./request/plan-request.ts";
export { type LayoutExample, type LayoutRule, layoutRules, type Outcome } from "./rules/index.ts";
export { applyFdtScript, isFdtScript, scriptText } from "./scripts/fdt-script.ts";
export { imagebuilderScript, isImagebuilderConfig } from "./scripts/imagebuilder.ts";
export { type Diagnosis, diagnose, diagnoseConsole, diagnoseLog } from "./symptoms/diagnose.ts";
export {
  type AddressRange,
  coveredBy,
  endOf,
  hexAddress,
  overlaps,
  parseSize,
  rangeText,
  sizeText,
  totalSize,
} from "./terms/address-range.ts";
export { parseKconfig } from "./terms/kconfig.ts";
export { applyOverlay } from "./tree/apply-overlay.ts";
export {
  cellOf,
  cellsOf,
  type DeviceTree,
  type DtNode,
  isEnabled,
  locationText,
  nodeAt,
  phandleOf,
  stringsOf,
  type TreeProblem,
  walk,
} from "./tree/device-tree.ts";
export { isDtb, isDts, readDeviceTree } from "./tree/read-device-tree.ts";
export { isDangling, referenceIndex, referencesIn } from "./tree/references.ts";
export { writeDtb } from "./tree/write-dtb.ts";
