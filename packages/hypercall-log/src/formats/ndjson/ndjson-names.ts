import { DmaDirection, DomainChange, EventKind, Via } from "../../events/event-kind.ts";

/** Values of `ev`. */
export const eventKinds: ReadonlyMap<unknown, EventKind> = new Map<unknown, EventKind>([
  ["enter", EventKind.enter],
  ["exit", EventKind.exit],
  ["guest_p2m", EventKind.guestP2m],
  ["dma", EventKind.dma],
  ["lost", EventKind.lost],
  ["grant", EventKind.grant],
  ["ungrant", EventKind.ungrant],
  ["domain", EventKind.domain],
  ["mark", EventKind.mark],
  ["gap", EventKind.gap],
  ["share", EventKind.share],
  ["unshare", EventKind.unshare],
]);

/** Values of a dma event's `dir`. */
export const dmaDirections: ReadonlyMap<string, DmaDirection> = new Map<string, DmaDirection>([
  ["TO_DEVICE", DmaDirection.toDevice],
  ["FROM_DEVICE", DmaDirection.fromDevice],
  ["BIDIRECTIONAL", DmaDirection.bidirectional],
]);

/** Values of a domain event's `what`. */
export const domainChanges: ReadonlyMap<string, DomainChange> = new Map<string, DomainChange>([
  ["boot", DomainChange.boot],
  ["suspend", DomainChange.suspend],
  ["resume", DomainChange.resume],
  ["shutdown", DomainChange.shutdown],
  ["destroy", DomainChange.destroy],
  ["create", DomainChange.create],
]);

const DMA_MAP = 0;
export const DMA_UNMAP = 1;

/** Values of a dma event's `op`. */
export const dmaOps: ReadonlyMap<string, number> = new Map([
  ["map", DMA_MAP],
  ["unmap", DMA_UNMAP],
]);

/** Names of `via`; an empty one, as hvclog's exits have, is the kernel's. */
export const viaNames: ReadonlyMap<string, Via> = new Map<string, Via>([
  ["kernel", Via.kernel],
  ["privcmd", Via.privcmd],
  ["multicall", Via.multicall],
  ["", Via.kernel],
]);
