import { DmaView, type EventBatch, EventKind, type StringTable } from "@xgt/hypercall-log";
import type { Call, ReplaySource } from "@xgt/p2m-tracker";

/** Who did something, and where it ran. */
export interface Actor {
  /** The domain. */
  readonly domid: number;
  /** Thread; -1: not recorded. */
  readonly pid: number;
  /** -1: not recorded. */
  readonly cpu: number;
  /** Name of the task; empty: not recorded. */
  readonly comm: string;
  /** Name of the device of a DMA; empty: no DMA, or not recorded. */
  readonly device: string;
}

/** What the names of an event's actor and its place are looked up in. */
export interface EventNames {
  readonly strings: StringTable;
  readonly sources: readonly ReplaySource[];
}

const dma = new DmaView();

/**
 * Who did an event.
 * @param call The call that it is a half of; null: none.
 * @param at Its row; null: the end of `call` never came.
 */
export function actorOf(
  call: Call | null,
  at: { readonly batch: EventBatch; readonly row: number } | null,
  { strings, sources }: EventNames,
): Actor {
  const row = at?.row ?? 0;
  const batch = at?.batch;
  const isDma = batch !== undefined && batch.kind[row] === EventKind.dma;
  if (isDma) dma.load(batch, row);
  const source = sources[batch?.source[row] ?? call?.enterSource ?? 0];
  const domid = batch === undefined || batch.domid[row] < 0 ? (source?.domid ?? 0) : batch.domid[row];
  const pid = batch?.pid[row] ?? -1;
  const comm = batch?.comm[row] ?? -1;
  return {
    domid: call?.caller ?? domid,
    pid: pid < 0 ? (call?.pid ?? -1) : pid,
    cpu: batch?.cpu[row] ?? -1,
    comm: strings.get(comm < 0 ? (call?.comm ?? -1) : comm),
    device: isDma ? strings.get(dma.dev) : "",
  };
}
