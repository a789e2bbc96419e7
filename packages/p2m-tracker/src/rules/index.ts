import { aliasSelfGrant } from "./alias-self-grant.ts";
import { balloonFreesNothing } from "./balloon-frees-nothing.ts";
import { balloonOutForeign } from "./balloon-out-foreign.ts";
import { balloonOutGranted } from "./balloon-out-granted.ts";
import { bounceNeeded } from "./bounce-needed.ts";
import { callForAnotherDomain } from "./call-for-another-domain.ts";
import { clearedButMapped } from "./cleared-but-mapped.ts";
import { coincidentFrame } from "./coincident-frame.ts";
import { countMismatch } from "./count-mismatch.ts";
import { deviceMapOnArm } from "./device-map-on-arm.ts";
import { dmaToHole } from "./dma-to-hole.ts";
import { dmaWithGfn } from "./dma-with-gfn.ts";
import { dmaWrongFrame } from "./dma-wrong-frame.ts";
import { domidSelfInMap } from "./domid-self-in-map.ts";
import { doubleMapSameGfn } from "./double-map-same-gfn.ts";
import { doubleUnmap } from "./double-unmap.ts";
import { emptyGrantCall } from "./empty-grant-call.ts";
import { errsIgnored } from "./errs-ignored.ts";
import { exchangeOnArm } from "./exchange-on-arm.ts";
import { expectedRefusals } from "./expected-refusals.ts";
import { foreignAssumed1To1 } from "./foreign-assumed-1to1.ts";
import { foreignOverRam } from "./foreign-over-ram.ts";
import { foreignUsedForDma } from "./foreign-used-for-dma.ts";
import { gnttabFrameRemap } from "./gnttab-frame-remap.ts";
import { grantOutHole } from "./grant-out-hole.ts";
import { grantOverRam } from "./grant-over-ram.ts";
import { grantedFrameInOwnRange } from "./granted-frame-in-own-range.ts";
import { handleLeak } from "./handle-leak.ts";
import { increaseOnArm } from "./increase-on-arm.ts";
import { iommuIdentityEntries } from "./iommu-identity-entries.ts";
import { largeExtents } from "./large-extents.ts";
import { mapToOwnedHoleInUse } from "./map-to-owned-hole-in-use.ts";
import { misalignedHostAddr } from "./misaligned-host-addr.ts";
import { missingGuestEntry } from "./missing-guest-entry.ts";
import { noRepopulate } from "./no-repopulate.ts";
import { notDirectMappedAssumed } from "./not-direct-mapped-assumed.ts";
import { outsideSafeSpace } from "./outside-safe-space.ts";
import { overlapsReservedWindow } from "./overlaps-reserved-window.ts";
import { ownPageOutsideBanks } from "./own-page-outside-banks.ts";
import { partialBatch } from "./partial-batch.ts";
import { peakExceptions } from "./peak-exceptions.ts";
import { populateNotOwned } from "./populate-not-owned.ts";
import { populateOfOwn } from "./populate-of-own.ts";
import { populateOverGrant } from "./populate-over-grant.ts";
import { readOnlyMaps } from "./read-only-maps.ts";
import { regrantForeign } from "./regrant-foreign.ts";
import { removeGrantByPhysmap } from "./remove-grant-by-physmap.ts";
import { removeIgnoredFailure } from "./remove-ignored-failure.ts";
import type { Rule } from "./rule.ts";
import { sharedInfoOverRam } from "./shared-info-over-ram.ts";
import { shortCountIgnored } from "./short-count-ignored.ts";
import { shortInflate } from "./short-inflate.ts";
import { staleBusAddress } from "./stale-bus-address.ts";
import { staleGuestEntry } from "./stale-guest-entry.ts";
import { statusIgnored } from "./status-ignored.ts";
import { superpageOverForeign } from "./superpage-over-foreign.ts";
import { superpageShattered } from "./superpage-shattered.ts";
import { unalignedExtent } from "./unaligned-extent.ts";
import { unknownFramesTouched } from "./unknown-frames-touched.ts";
import { unmapNoop } from "./unmap-noop.ts";
import { unmapWrongAddress } from "./unmap-wrong-address.ts";
import { xenPageOverRam } from "./xen-page-over-ram.ts";
import { xenPagesMapped } from "./xen-pages-mapped.ts";

export type { Rule, RuleInput } from "./rule.ts";

/** The catalogue, in order of id. */
export const rules: readonly Rule[] = [
  populateNotOwned, // G01
  shortCountIgnored, // G02
  shortInflate, // G03
  grantOverRam, // G04
  noRepopulate, // G05
  staleGuestEntry, // G06
  clearedButMapped, // G07
  missingGuestEntry, // G08
  doubleMapSameGfn, // G09
  populateOverGrant, // G10
  superpageOverForeign, // G11
  balloonOutForeign, // G12
  balloonOutGranted, // G13
  xenPageOverRam, // G14
  foreignOverRam, // G15
  foreignUsedForDma, // G16
  dmaWithGfn, // G17
  staleBusAddress, // G18
  bounceNeeded, // G19
  handleLeak, // G20
  unmapNoop, // G21
  unmapWrongAddress, // G22
  doubleUnmap, // G23
  statusIgnored, // G24
  errsIgnored, // G25
  removeIgnoredFailure, // G26
  removeGrantByPhysmap, // G27
  mapToOwnedHoleInUse, // G28
  outsideSafeSpace, // G29
  overlapsReservedWindow, // G30
  exchangeOnArm, // G31
  increaseOnArm, // G32
  deviceMapOnArm, // G33
  domidSelfInMap, // G34
  misalignedHostAddr, // G35
  aliasSelfGrant, // G36
  foreignAssumed1To1, // G37
  notDirectMappedAssumed, // G38
  gnttabFrameRemap, // G39
  countMismatch, // G40
  grantOutHole, // G41
  regrantForeign, // G42
  partialBatch, // G43
  dmaToHole, // G44
  dmaWrongFrame, // G45
  sharedInfoOverRam, // I01
  superpageShattered, // I02
  balloonFreesNothing, // I03
  largeExtents, // I04
  expectedRefusals, // I05
  readOnlyMaps, // I06
  peakExceptions, // I07
  coincidentFrame, // I08
  ownPageOutsideBanks, // I09
  unknownFramesTouched, // I10
  iommuIdentityEntries, // I11
  populateOfOwn, // I12
  callForAnotherDomain, // I13
  unalignedExtent, // I14
  emptyGrantCall, // I15
  xenPagesMapped, // I16
  grantedFrameInOwnRange, // I17
];
