import { argumentShapes } from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import { cacheFlush } from "./grant/cache-flush.ts";
import { copy } from "./grant/copy.ts";
import { getVersion, setVersion, swapGrantRef } from "./grant/grant-versions.ts";
import { mapGrantRef } from "./grant/map-grant-ref.ts";
import { otherGrantOps } from "./grant/other-grant-ops.ts";
import { getStatusFrames, querySize, setupTable } from "./grant/table-queries.ts";
import { transfer } from "./grant/transfer.ts";
import { unmapAndReplace, unmapGrantRef } from "./grant/unmap-grant-ref.ts";
import { acquireResource } from "./memory/acquire-resource.ts";
import { addToPhysmap } from "./memory/add-to-physmap.ts";
import { addToPhysmapBatch } from "./memory/add-to-physmap-batch.ts";
import { claimPages } from "./memory/claim-pages.ts";
import { decreaseReservation } from "./memory/decrease-reservation.ts";
import { exchange } from "./memory/exchange.ts";
import { increaseReservation } from "./memory/increase-reservation.ts";
import { otherMemoryOps } from "./memory/other-memory-ops.ts";
import { populatePhysmap } from "./memory/populate-physmap.ts";
import { removeFromPhysmap } from "./memory/remove-from-physmap.ts";
import {
  currentReservation,
  maximumGpfn,
  maximumRamPage,
  maximumReservation,
} from "./memory/reservation-queries.ts";
import type { Semantics } from "./shared/semantics.ts";
import { createDomain } from "./toolstack/create-domain.ts";
import { destroyDomain } from "./toolstack/destroy-domain.ts";
import { iomemPermission } from "./toolstack/iomem-permission.ts";
import { maxMem } from "./toolstack/max-mem.ts";
import { memoryMapping } from "./toolstack/memory-mapping.ts";

export type { Semantics } from "./shared/semantics.ts";

/** What every modelled sub-op does. One with `restOf` takes what no other entry of its hypercall takes. */
export const semantics: readonly Semantics[] = [
  increaseReservation,
  decreaseReservation,
  maximumRamPage,
  currentReservation,
  maximumReservation,
  populatePhysmap,
  addToPhysmap,
  exchange,
  maximumGpfn,
  removeFromPhysmap,
  addToPhysmapBatch,
  claimPages,
  acquireResource,
  otherMemoryOps,
  mapGrantRef,
  unmapGrantRef,
  setupTable,
  transfer,
  copy,
  querySize,
  unmapAndReplace,
  setVersion,
  getStatusFrames,
  getVersion,
  swapGrantRef,
  cacheFlush,
  otherGrantOps,
  createDomain,
  destroyDomain,
  maxMem,
  iomemPermission,
  memoryMapping,
];

/** By the index of the sub-op's shape; holes: sub-ops that no file models. */
const byShape = argumentShapes.map((shape) => semantics.find((entry) => entry.subOp === shape.subOp.name));
const rest = new Map(semantics.filter(({ subOp }) => subOp === null).map((entry) => [entry.restOf, entry]));

/** The model of a call; undefined for hypercalls that change no frame (or are not modelled). */
export function semanticsOf(call: Call): Semantics | undefined {
  const shape = call.shape;
  return (shape === undefined ? undefined : byShape[shape.index]) ?? rest.get(call.nr);
}
