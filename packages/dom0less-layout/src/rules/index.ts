import { bankAlignment } from "./bank-alignment.ts";
import { bankOutsideRam } from "./bank-outside-ram.ts";
import { bankOverlap } from "./bank-overlap.ts";
import { bridgeWithoutInterrupts } from "./bridge-without-interrupts.ts";
import { colouringWithStaticMem } from "./colouring-with-static-mem.ts";
import { consoleInterruptMissing } from "./console-interrupt-missing.ts";
import { danglingReference } from "./dangling-reference.ts";
import { directMapNeedsStaticMem } from "./direct-map-needs-static-mem.ts";
import { dmaCannotReachBank } from "./dma-cannot-reach-bank.ts";
import { dmaOffset } from "./dma-offset.ts";
import { domainIncomplete } from "./domain-incomplete.ts";
import { emulatedUart } from "./emulated-uart.ts";
import { enhancedXenstore } from "./enhanced-xenstore.ts";
import { firmwareInBank } from "./firmware-in-bank.ts";
import { firstBankTooSmall } from "./first-bank-too-small.ts";
import { forceAssignNeeded } from "./force-assign-needed.ts";
import { grantFramesOutOfReach } from "./grant-frames-out-of-reach.ts";
import { grantTableDisabled } from "./grant-table-disabled.ts";
import { grantWindowOverlap } from "./grant-window-overlap.ts";
import { hardwareDomainMemory } from "./hardware-domain-memory.ts";
import { hostNodeNotMarked } from "./host-node-not-marked.ts";
import { imagePlacement } from "./image-placement.ts";
import { interruptNotRouted } from "./interrupt-not-routed.ts";
import { interruptUsedTwice } from "./interrupt-used-twice.ts";
import { iommuContext } from "./iommu-context.ts";
import { kernelHeaderUnknown } from "./kernel-header-unknown.ts";
import type { LayoutRule } from "./layout-rule.ts";
import { loggedBanksTooFew } from "./logged-banks-too-few.ts";
import { memoryEqualsStaticMem } from "./memory-equals-static-mem.ts";
import { moduleSize } from "./module-size.ts";
import { noIsolation } from "./no-isolation.ts";
import { pageSharedWithOtherDevice } from "./page-shared-with-other-device.ts";
import { partialInterruptsDiffer } from "./partial-interrupts-differ.ts";
import { partialNodeIgnored } from "./partial-node-ignored.ts";
import { partialRegistersDiffer } from "./partial-registers-differ.ts";
import { passthroughAlignment } from "./passthrough-alignment.ts";
import { passthroughInExtendedRegion } from "./passthrough-in-extended-region.ts";
import { passthroughInsideRam } from "./passthrough-inside-ram.ts";
import { passthroughNeedsPath } from "./passthrough-needs-path.ts";
import { passthroughNotIdentity } from "./passthrough-not-identity.ts";
import { passthroughOverGic } from "./passthrough-over-gic.ts";
import { passthroughOverImage } from "./passthrough-over-image.ts";
import { sharedMemoryConflict } from "./shared-memory-conflict.ts";
import { sharedMemoryIdentity } from "./shared-memory-identity.ts";
import { sharedMemoryInExtendedRegion } from "./shared-memory-in-extended-region.ts";
import { staticMemCells } from "./static-mem-cells.ts";
import { tooFewSpis } from "./too-few-spis.ts";
import { tooManyVcpus } from "./too-many-vcpus.ts";
import { xenPathUnknown } from "./xen-path-unknown.ts";

export type { LayoutExample } from "./example-board.ts";
export type { LayoutRule, Outcome } from "./layout-rule.ts";

/** All layout rules, by id. */
export const layoutRules: readonly LayoutRule[] = [
  directMapNeedsStaticMem,
  colouringWithStaticMem,
  memoryEqualsStaticMem,
  bankAlignment,
  bankOutsideRam,
  bankOverlap,
  staticMemCells,
  firstBankTooSmall,
  imagePlacement,
  passthroughOverImage,
  passthroughInsideRam,
  passthroughNotIdentity,
  passthroughAlignment,
  passthroughNeedsPath,
  xenPathUnknown,
  forceAssignNeeded,
  partialRegistersDiffer,
  partialInterruptsDiffer,
  interruptUsedTwice,
  hostNodeNotMarked,
  partialNodeIgnored,
  grantWindowOverlap,
  emulatedUart,
  dmaCannotReachBank,
  firmwareInBank,
  sharedMemoryIdentity,
  iommuContext,
  enhancedXenstore,
  noIsolation,
  moduleSize,
  passthroughInExtendedRegion,
  sharedMemoryInExtendedRegion,
  hardwareDomainMemory,
  grantTableDisabled,
  tooManyVcpus,
  loggedBanksTooFew,
  dmaOffset,
  consoleInterruptMissing,
  grantFramesOutOfReach,
  passthroughOverGic,
  domainIncomplete,
  pageSharedWithOtherDevice,
  tooFewSpis,
  interruptNotRouted,
  bridgeWithoutInterrupts,
  danglingReference,
  kernelHeaderUnknown,
  sharedMemoryConflict,
];
