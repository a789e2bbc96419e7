import { absentOps } from "./absent-ops.ts";
import { addToPhysmapErrno } from "./add-to-physmap-errno.ts";
import { aliasSelfGrant } from "./alias-self-grant.ts";
import { balloonFreesNothing } from "./balloon-frees-nothing.ts";
import { balloonOutForeign } from "./balloon-out-foreign.ts";
import { balloonOutGranted } from "./balloon-out-granted.ts";
import { bounceNeeded } from "./bounce-needed.ts";
import { busAddress } from "./bus-address.ts";
import { callForAnotherDomain } from "./call-for-another-domain.ts";
import { clearedButMapped } from "./cleared-but-mapped.ts";
import { coincidentFrame } from "./coincident-frame.ts";
import { constantReservation } from "./constant-reservation.ts";
import { continuation } from "./continuation.ts";
import { copyRules } from "./copy-rules.ts";
import { countMismatch } from "./count-mismatch.ts";
import { decreaseOutcome } from "./decrease-outcome.ts";
import { deviceMapOnArm } from "./device-map-on-arm.ts";
import { dmaToHole } from "./dma-to-hole.ts";
import { dmaWithGfn } from "./dma-with-gfn.ts";
import { dmaWrongFrame } from "./dma-wrong-frame.ts";
import { domidSelf } from "./domid-self.ts";
import { domidSelfInMap } from "./domid-self-in-map.ts";
import { doubleMapSameGfn } from "./double-map-same-gfn.ts";
import { doubleUnmap } from "./double-unmap.ts";
import { dumpAndFlush } from "./dump-and-flush.ts";
import { emptyGrantCall } from "./empty-grant-call.ts";
import { errsIgnored } from "./errs-ignored.ts";
import { exchangeOnArm } from "./exchange-on-arm.ts";
import { exchangeRefused } from "./exchange-refused.ts";
import { expectedRefusals } from "./expected-refusals.ts";
import { featureBits } from "./feature-bits.ts";
import { foreignAssumed1To1 } from "./foreign-assumed-1to1.ts";
import { foreignOverRam } from "./foreign-over-ram.ts";
import { foreignSelf } from "./foreign-self.ts";
import { foreignUsedForDma } from "./foreign-used-for-dma.ts";
import { frameRemap } from "./frame-remap.ts";
import { gnttabFrameRemap } from "./gnttab-frame-remap.ts";
import { grantOutHole } from "./grant-out-hole.ts";
import { grantOverRam } from "./grant-over-ram.ts";
import { grantReturn } from "./grant-return.ts";
import { grantedFrameInOwnRange } from "./granted-frame-in-own-range.ts";
import { handleLeak } from "./handle-leak.ts";
import { handleUnique } from "./handle-unique.ts";
import { increaseOnArm } from "./increase-on-arm.ts";
import { iommuIdentityEntries } from "./iommu-identity-entries.ts";
import { largeExtents } from "./large-extents.ts";
import { mapToOwnedHoleInUse } from "./map-to-owned-hole-in-use.ts";
import { maptrackExhausted } from "./maptrack-exhausted.ts";
import { maximumGpfn } from "./maximum-gpfn.ts";
import { mfnNotOwned } from "./mfn-not-owned.ts";
import { misalignedHostAddr } from "./misaligned-host-addr.ts";
import { missingGuestEntry } from "./missing-guest-entry.ts";
import { noRepopulate } from "./no-repopulate.ts";
import { notDirectMappedAssumed } from "./not-direct-mapped-assumed.ts";
import { orderLimit } from "./order-limit.ts";
import { outsideSafeSpace } from "./outside-safe-space.ts";
import { overlapsReservedWindow } from "./overlaps-reserved-window.ts";
import { ownPageOutsideBanks } from "./own-page-outside-banks.ts";
import { partialBatch } from "./partial-batch.ts";
import { peakExceptions } from "./peak-exceptions.ts";
import { populateNotOwned } from "./populate-not-owned.ts";
import { populateOfOwn } from "./populate-of-own.ts";
import { populateOnDemand } from "./populate-on-demand.ts";
import { populateOverGrant } from "./populate-over-grant.ts";
import { populateOwnership } from "./populate-ownership.ts";
import { readOnlyGrant } from "./read-only-grant.ts";
import { readOnlyMaps } from "./read-only-maps.ts";
import { refusedFlags } from "./refused-flags.ts";
import { regrantForeign } from "./regrant-foreign.ts";
import { removeErrno } from "./remove-errno.ts";
import { removeGrantByPhysmap } from "./remove-grant-by-physmap.ts";
import { removeIgnoredFailure } from "./remove-ignored-failure.ts";
import { returnRange } from "./return-range.ts";
import type { Rule } from "./rule.ts";
import { setVersion } from "./set-version.ts";
import { sharedInfoOverRam } from "./shared-info-over-ram.ts";
import { shortCountIgnored } from "./short-count-ignored.ts";
import { shortInflate } from "./short-inflate.ts";
import { staleBusAddress } from "./stale-bus-address.ts";
import { staleGuestEntry } from "./stale-guest-entry.ts";
import { startExtent } from "./start-extent.ts";
import { statusIgnored } from "./status-ignored.ts";
import { stopAtFirstFailure } from "./stop-at-first-failure.ts";
import { superpageOverForeign } from "./superpage-over-foreign.ts";
import { superpageShattered } from "./superpage-shattered.ts";
import { transferRefused } from "./transfer-refused.ts";
import { unalignedExtent } from "./unaligned-extent.ts";
import { unknownFramesTouched } from "./unknown-frames-touched.ts";
import { unmapAndReplace } from "./unmap-and-replace.ts";
import { unmapNoop } from "./unmap-noop.ts";
import { unmapStatus } from "./unmap-status.ts";
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
  returnRange, // H01
  populateOwnership, // H02
  stopAtFirstFailure, // H03
  decreaseOutcome, // H04
  constantReservation, // H05
  exchangeRefused, // H06
  transferRefused, // H07
  addToPhysmapErrno, // H08
  frameRemap, // H09
  removeErrno, // H10
  grantReturn, // H11
  busAddress, // H12
  mfnNotOwned, // H13
  refusedFlags, // H14
  domidSelf, // H15
  handleUnique, // H16
  unmapStatus, // H17
  readOnlyGrant, // H18
  setVersion, // H19
  unmapAndReplace, // H20
  copyRules, // H21
  dumpAndFlush, // H22
  populateOnDemand, // H23
  featureBits, // H24
  absentOps, // H25
  maptrackExhausted, // H26
  continuation, // H27
  maximumGpfn, // H28
  startExtent, // H29
  orderLimit, // H30
  foreignSelf, // H31
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
