import {
  type CallView,
  DmaView,
  type EventBatch,
  EventKind,
  GrantView,
  GuestEntryView,
  type HalfShape,
  lostCount,
} from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import { hex } from "../rules/kinds/rule.ts";

/** Rows and list elements shown of one call. */
const ROWS_SHOWN = 4;
const ELEMENTS_SHOWN = 4;

/** One line for a half of a call: name, arguments or results in short form. */
export function describeCall(call: Call, half: "enter" | "exit"): string {
  const name = call.shape === undefined ? call.name : call.shape.subOp.name;
  if (half === "enter") return `${name}${describeHalf(call.in, call.shape?.in)}`;
  const result = Number.isNaN(call.ret) ? "?" : `${call.ret}`;
  return `${name} = ${result}${describeHalf(call.out, call.shape?.out)}`;
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
      shown.push(list.signed ? `${half.errnoAt(index, i)}` : hex(half.listAt(index, i)));
    rows.push(`${list.name}=[${shown.join(",")}${length > shown.length ? `, … ${length}` : ""}]`);
  });
  const text = rows.filter((row) => row !== "").join("; ");
  return text === "" ? "" : `  ${text}`;
}

function describeRow(half: CallView, shape: HalfShape, row: number): string {
  const parts: string[] = [];
  shape.fields.forEach((field, index) => {
    if (!half.has(row, index)) return;
    const value = half.s64(row, index);
    const text = field.radix === 16 ? hex(half.u64(row, index)) : `${value}`;
    parts.push(`${field.name}=${text}`);
  });
  return parts.join(" ");
}

/** One line for an event that is no call. */
export function describeOther(name: string, batch: EventBatch, row: number): string {
  switch (batch.kind[row]) {
    case EventKind.guestP2m:
      return `${name}  ${describeGuestEntry(batch, row)}`;
    case EventKind.dma:
      return `${name} ${describeDma(batch, row)}`;
    case EventKind.lost:
      return `${name}  ${lostCount(batch, row)} records`;
    case EventKind.grant: {
      const grant = new GrantView();
      grant.load(batch, row);
      return `${name}  ref=${grant.ref} dom=${grant.dom} gfn=${hex(grant.gfn)}`;
    }
    case EventKind.ungrant: {
      const grant = new GrantView();
      grant.load(batch, row);
      return `${name}  ref=${grant.ref}`;
    }
    default:
      return name;
  }
}

function describeGuestEntry(batch: EventBatch, row: number): string {
  const entry = new GuestEntryView();
  entry.load(batch, row);
  return `pfn=${hex(entry.pfn)} mfn=${entry.isErased ? "erased" : hex(entry.mfn)}`;
}

function describeDma(batch: EventBatch, row: number): string {
  const dma = new DmaView();
  dma.load(batch, row);
  const verb = dma.isUnmap ? "unmap" : "map";
  if (dma.segments === 0) return verb;
  const phys = dma.physAt(0) < 0 ? "" : ` phys=${hex(dma.phys(0))}`;
  const bus = dma.busAt(0) < 0 ? "" : ` bus=${hex(dma.bus(0))}`;
  const more = dma.segments > 1 ? ` … ${dma.segments} segments` : "";
  return `${verb} ${phys}${bus}${more}`;
}
