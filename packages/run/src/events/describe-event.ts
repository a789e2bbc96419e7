import { frameText } from "@xgt/findings";
import {
  type CallView,
  DmaView,
  type EventBatch,
  EventKind,
  GrantView,
  GuestEntryView,
  type HalfShape,
  lostCount,
  ShareView,
} from "@xgt/hypercall-log";
import type { Call } from "@xgt/p2m-tracker";
import type { EventEffect } from "./event-effects.ts";

/** Rows and list elements shown of one call. */
const ROWS_SHOWN = 4;
const ELEMENTS_SHOWN = 4;

/**
 * An event in one line: "decrease_reservation(domid=0x7ff0 ...) = 1", "guest_p2m  pfn=0xc5b79 mfn=erased".
 * @param device Name of the device of a DMA; empty: left out.
 */
export function describeEffect({ call, at }: Pick<EventEffect, "call" | "at">, device = ""): string {
  if (call !== null) return describeCall(call);
  return at === null ? "" : describeOther(at.batch, at.row, device);
}

/** A call with its arguments and results in short form. */
function describeCall(call: Call): string {
  const called = `${call.name}(${describeHalf(call.in, call.shape?.in)})`;
  if (call.exitEvent === 0) return `${called} = ? (its end is not in the log)`;
  const results = describeHalf(call.out, call.shape?.out);
  return `${called} = ${Number.isNaN(call.ret) ? "?" : call.ret}${results === "" ? "" : `  ${results}`}`;
}

function describeHalf(half: CallView, shape: HalfShape | undefined): string {
  if (shape === undefined || (half.rows === 0 && shape.lists.length === 0)) return "";
  const rows: string[] = [];
  for (let row = 0; row < Math.min(half.rows, ROWS_SHOWN); row++) rows.push(describeRow(half, shape, row));
  if (half.count > rows.length && half.count > 1) rows.push(`… ${half.count} ops`);
  shape.lists.forEach((list, index) => {
    const length = half.listLength(index);
    if (length === 0) return;
    const shown: string[] = [];
    for (let i = 0; i < Math.min(length, ELEMENTS_SHOWN); i++)
      shown.push(list.signed ? `${half.errnoAt(index, i)}` : frameText(half.listAt(index, i)));
    rows.push(`${list.name}=[${shown.join(",")}${length > shown.length ? `, … ${length}` : ""}]`);
  });
  return rows.filter((row) => row !== "").join("; ");
}

function describeRow(half: CallView, shape: HalfShape, row: number): string {
  const parts: string[] = [];
  shape.fields.forEach((field, index) => {
    if (!half.has(row, index)) return;
    const value = half.s64(row, index);
    const text = field.radix === 16 ? frameText(half.u64(row, index)) : `${value}`;
    parts.push(`${field.name}=${text}`);
  });
  return parts.join(" ");
}

/** An event that is no call, or a call's end whose beginning is not in the log. */
function describeOther(batch: EventBatch, row: number, device: string): string {
  switch (batch.kind[row]) {
    case EventKind.exit:
      return "exit without its enter";
    case EventKind.guestP2m:
      return `guest_p2m  ${describeGuestEntry(batch, row)}`;
    case EventKind.dma:
      return `dma ${describeDma(batch, row, device)}`;
    case EventKind.lost:
      return `lost  ${lostCount(batch, row)} records`;
    case EventKind.grant: {
      const grant = new GrantView();
      grant.load(batch, row);
      return `grant  ref=${grant.ref} dom=${grant.dom} gfn=${frameText(grant.gfn)}`;
    }
    case EventKind.ungrant: {
      const grant = new GrantView();
      grant.load(batch, row);
      return `ungrant  ref=${grant.ref}`;
    }
    case EventKind.share:
      return `share  ${describeShare(batch, row)}`;
    case EventKind.unshare:
      return `unshare  ${describeShare(batch, row)}`;
    default:
      return "domain";
  }
}

function describeGuestEntry(batch: EventBatch, row: number): string {
  const entry = new GuestEntryView();
  entry.load(batch, row);
  return `pfn=${frameText(entry.pfn)} mfn=${entry.isErased ? "erased" : frameText(entry.mfn)}`;
}

function describeShare(batch: EventBatch, row: number): string {
  const share = new ShareView();
  share.load(batch, row);
  return `gfn=${frameText(share.gfn)} pages=${share.count}`;
}

function describeDma(batch: EventBatch, row: number, device: string): string {
  const dma = new DmaView();
  dma.load(batch, row);
  const verb = dma.isUnmap ? "unmap" : "map";
  const way = DIRECTIONS[dma.direction] ?? "";
  const whose = [verb, device, way].filter((text) => text !== "").join(" ");
  if (dma.segments === 0) return whose;
  const phys = dma.physAt(0) < 0 ? "" : ` phys=${frameText(dma.phys(0))}`;
  const bus = dma.busAt(0) < 0 ? "" : ` bus=${frameText(dma.bus(0))}`;
  const more = dma.segments > 1 ? ` … ${dma.segments} segments` : "";
  return `${whose} ${phys}${bus}${more}`;
}

/** Which way the data goes, by DmaDirection; as the device's own kernel calls it. */
const DIRECTIONS = ["", "to device", "from device", "both ways"] as const;
