import { acquireResource } from "./acquire-resource.ts";
import { addToPhysmap } from "./add-to-physmap.ts";
import { addToPhysmapBatch } from "./add-to-physmap-batch.ts";
import { cacheFlush } from "./cache-flush.ts";
import { claimPages } from "./claim-pages.ts";
import { copy } from "./copy.ts";
import { decreaseReservation } from "./decrease-reservation.ts";
import { exchange } from "./exchange.ts";
import { getVersion, setVersion, swapGrantRef } from "./grant-versions.ts";
import { increaseReservation } from "./increase-reservation.ts";
import { mapGrantRef } from "./map-grant-ref.ts";
import { otherGrantOps } from "./other-grant-ops.ts";
import { otherMemoryOps } from "./other-memory-ops.ts";
import { populatePhysmap } from "./populate-physmap.ts";
import { removeFromPhysmap } from "./remove-from-physmap.ts";
import {
  currentReservation,
  maximumGpfn,
  maximumRamPage,
  maximumReservation,
} from "./reservation-queries.ts";
import type { Semantics } from "./semantics.ts";
import { getStatusFrames, querySize, setupTable } from "./table-queries.ts";
import { transfer } from "./transfer.ts";
import { unmapAndReplace, unmapGrantRef } from "./unmap-grant-ref.ts";

export type { Semantics } from "./semantics.ts";

/** What every modelled sub-op does. A null `cmd` takes what no other entry of its hypercall takes. */
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
];

const byNumber = new Map(semantics.map((entry) => [`${entry.nr}:${entry.cmd}`, entry]));
const dense: (Semantics | undefined)[][] = [];

/** The model of a sub-op; undefined for hypercalls that change no frame (or are not modelled). */
export function semanticsOf(nr: number, cmd: number): Semantics | undefined {
  if (nr < 0 || nr > 63) return undefined;
  const index = cmd >= 0 && cmd < 64 ? cmd : 64;
  dense[nr] ??= [];
  const row = dense[nr];
  if (!(index in row)) row[index] = byNumber.get(`${nr}:${cmd}`) ?? byNumber.get(`${nr}:null`);
  return row[index];
}
