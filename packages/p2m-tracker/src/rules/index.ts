import { absentOps } from "./conformance/absent-ops.ts";
import { addToPhysmapErrno } from "./conformance/add-to-physmap-errno.ts";
import { busAddress } from "./conformance/bus-address.ts";
import { constantReservation } from "./conformance/constant-reservation.ts";
import { continuation } from "./conformance/continuation.ts";
import { copyRules } from "./conformance/copy-rules.ts";
import { decreaseOutcome } from "./conformance/decrease-outcome.ts";
import { domidSelf } from "./conformance/domid-self.ts";
import { dumpAndFlush } from "./conformance/dump-and-flush.ts";
import { exchangeRefused } from "./conformance/exchange-refused.ts";
import { featureBits } from "./conformance/feature-bits.ts";
import { foreignSelf } from "./conformance/foreign-self.ts";
import { frameRemap } from "./conformance/frame-remap.ts";
import { grantFrameDiffers } from "./conformance/grant-frame-differs.ts";
import { grantReturn } from "./conformance/grant-return.ts";
import { handleUnique } from "./conformance/handle-unique.ts";
import { maptrackExhausted } from "./conformance/maptrack-exhausted.ts";
import { maximumGpfn } from "./conformance/maximum-gpfn.ts";
import { mfnNotOwned } from "./conformance/mfn-not-owned.ts";
import { noSuchStatus } from "./conformance/no-such-status.ts";
import { orderLimit } from "./conformance/order-limit.ts";
import { populateOnDemand } from "./conformance/populate-on-demand.ts";
import { populateOwnership } from "./conformance/populate-ownership.ts";
import { readOnlyGrant } from "./conformance/read-only-grant.ts";
import { refusedFlags } from "./conformance/refused-flags.ts";
import { removeErrno } from "./conformance/remove-errno.ts";
import { returnRange } from "./conformance/return-range.ts";
import { setVersion } from "./conformance/set-version.ts";
import { startExtent } from "./conformance/start-extent.ts";
import { stopAtFirstFailure } from "./conformance/stop-at-first-failure.ts";
import { transferRefused } from "./conformance/transfer-refused.ts";
import { unmapAndReplace } from "./conformance/unmap-and-replace.ts";
import { unmapStatus } from "./conformance/unmap-status.ts";
import { aliasSelfGrant } from "./guest/alias-self-grant.ts";
import { balloonOutForeign } from "./guest/balloon-out-foreign.ts";
import { balloonOutGranted } from "./guest/balloon-out-granted.ts";
import { bounceNeeded } from "./guest/bounce-needed.ts";
import { clearedButMapped } from "./guest/cleared-but-mapped.ts";
import { countMismatch } from "./guest/count-mismatch.ts";
import { deviceMapOnArm } from "./guest/device-map-on-arm.ts";
import { dmaBeyondMask } from "./guest/dma-beyond-mask.ts";
import { dmaOffset } from "./guest/dma-offset.ts";
import { dmaToHole } from "./guest/dma-to-hole.ts";
import { dmaWithGfn } from "./guest/dma-with-gfn.ts";
import { dmaWrongFrame } from "./guest/dma-wrong-frame.ts";
import { domidSelfInMap } from "./guest/domid-self-in-map.ts";
import { doubleMapSameGfn } from "./guest/double-map-same-gfn.ts";
import { doubleUnmap } from "./guest/double-unmap.ts";
import { errsIgnored } from "./guest/errs-ignored.ts";
import { exchangeOnArm } from "./guest/exchange-on-arm.ts";
import { foreignAssumed1To1 } from "./guest/foreign-assumed-1to1.ts";
import { foreignOverRam } from "./guest/foreign-over-ram.ts";
import { foreignUsedForDma } from "./guest/foreign-used-for-dma.ts";
import { gnttabFrameRemap } from "./guest/gnttab-frame-remap.ts";
import { grantAddressOfAnotherPage } from "./guest/grant-address-of-another-page.ts";
import { grantEndedWhileMapped } from "./guest/grant-ended-while-mapped.ts";
import { grantOutHole } from "./guest/grant-out-hole.ts";
import { grantOverRam } from "./guest/grant-over-ram.ts";
import { handleLeak } from "./guest/handle-leak.ts";
import { increaseOnArm } from "./guest/increase-on-arm.ts";
import { mapToOwnedHoleInUse } from "./guest/map-to-owned-hole-in-use.ts";
import { mappingDisplaced } from "./guest/mapping-displaced.ts";
import { misalignedHostAddr } from "./guest/misaligned-host-addr.ts";
import { missingGuestEntry } from "./guest/missing-guest-entry.ts";
import { noRepopulate } from "./guest/no-repopulate.ts";
import { notDirectMappedAssumed } from "./guest/not-direct-mapped-assumed.ts";
import { outsideSafeSpace } from "./guest/outside-safe-space.ts";
import { overlapsReservedWindow } from "./guest/overlaps-reserved-window.ts";
import { partialBatch } from "./guest/partial-batch.ts";
import { populateNotOwned } from "./guest/populate-not-owned.ts";
import { populateOverGrant } from "./guest/populate-over-grant.ts";
import { refusalExplained } from "./guest/refusal-explained.ts";
import { regrantForeign } from "./guest/regrant-foreign.ts";
import { removeGrantByPhysmap } from "./guest/remove-grant-by-physmap.ts";
import { removeIgnoredFailure } from "./guest/remove-ignored-failure.ts";
import { reusedWhileMapped } from "./guest/reused-while-mapped.ts";
import { shareOfAnotherPage } from "./guest/share-of-another-page.ts";
import { sharedPageTaken } from "./guest/shared-page-taken.ts";
import { shortCountIgnored } from "./guest/short-count-ignored.ts";
import { shortInflate } from "./guest/short-inflate.ts";
import { staleBusAddress } from "./guest/stale-bus-address.ts";
import { staleGuestEntry } from "./guest/stale-guest-entry.ts";
import { statusIgnored } from "./guest/status-ignored.ts";
import { superpageOverForeign } from "./guest/superpage-over-foreign.ts";
import { ungrantOfNothing } from "./guest/ungrant-of-nothing.ts";
import { unmapNoop } from "./guest/unmap-noop.ts";
import { unmapWrongAddress } from "./guest/unmap-wrong-address.ts";
import { unshareOfNothing } from "./guest/unshare-of-nothing.ts";
import { xenMappingCovered } from "./guest/xen-mapping-covered.ts";
import { xenPageOverRam } from "./guest/xen-page-over-ram.ts";
import { balloonFreesNothing } from "./information/balloon-frees-nothing.ts";
import { callForAnotherDomain } from "./information/call-for-another-domain.ts";
import { coincidentFrame } from "./information/coincident-frame.ts";
import { emptyGrantCall } from "./information/empty-grant-call.ts";
import { expectedRefusals } from "./information/expected-refusals.ts";
import { grantedFrameInOwnRange } from "./information/granted-frame-in-own-range.ts";
import { iommuIdentityEntries } from "./information/iommu-identity-entries.ts";
import { largeExtents } from "./information/large-extents.ts";
import { ownPageOutsideBanks } from "./information/own-page-outside-banks.ts";
import { peakExceptions } from "./information/peak-exceptions.ts";
import { populateOfOwn } from "./information/populate-of-own.ts";
import { readOnlyMaps } from "./information/read-only-maps.ts";
import { sharedInfoOverRam } from "./information/shared-info-over-ram.ts";
import { superpageShattered } from "./information/superpage-shattered.ts";
import { unalignedExtent } from "./information/unaligned-extent.ts";
import { unknownFramesTouched } from "./information/unknown-frames-touched.ts";
import { xenPagesMapped } from "./information/xen-pages-mapped.ts";
import type { Rule } from "./kinds/rule.ts";

export type { Rule, RuleInput } from "./kinds/rule.ts";

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
  mappingDisplaced, // G46
  refusalExplained, // G47
  xenMappingCovered, // G48
  grantEndedWhileMapped, // G49
  ungrantOfNothing, // G50
  reusedWhileMapped, // G51
  grantAddressOfAnotherPage, // G52
  dmaOffset, // G53
  sharedPageTaken, // G54
  unshareOfNothing, // G55
  shareOfAnotherPage, // G56
  dmaBeyondMask, // G57
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
  noSuchStatus, // H32
  grantFrameDiffers, // H33
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
