import { type EventBatch, EventKind, type HalfShape, u64At } from "@xgt/hypercall-log";
import type { Call, Half } from "../call/call.ts";
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

function describeHalf(half: Half, shape: HalfShape | undefined): string {
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

function describeRow(half: Half, shape: HalfShape, row: number): string {
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
  const at = batch.payload[row];
  const words = batch.words;
  switch (batch.kind[row]) {
    case EventKind.guestP2m: {
      const mfn = u64At(words, at + 2);
      return `${name}  pfn=${hex(u64At(words, at))} mfn=${mfn >= 2 ** 64 ? "erased" : hex(mfn)}`;
    }
    case EventKind.dma: {
      const segments = words[at + 3];
      if (segments === 0) return `${name} ${words[at] === 0 ? "map" : "unmap"}`;
      const phys = (words[at + 6] & 1) === 0 ? "" : ` phys=${hex(u64At(words, at + 7))}`;
      const bus = (words[at + 6] & 2) === 0 ? "" : ` bus=${hex(u64At(words, at + 9))}`;
      const more = segments > 1 ? ` … ${segments} segments` : "";
      return `${name} ${words[at] === 0 ? "map" : "unmap"} ${phys}${bus}${more}`;
    }
    case EventKind.lost:
      return `${name}  ${u64At(words, at)} records`;
    case EventKind.grant:
      return `${name}  ref=${words[at]} dom=${words[at + 1]} gfn=${hex(u64At(words, at + 2))}`;
    case EventKind.ungrant:
      return `${name}  ref=${words[at]}`;
    default:
      return name;
  }
}
