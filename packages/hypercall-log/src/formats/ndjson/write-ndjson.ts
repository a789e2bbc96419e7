import { hypercallOf, MEMORY_OP, MULTICALL } from "@xgt/hypercall-abi";
import type { LogHeader } from "../../domains/domain-spec.ts";
import { logHeaderJson } from "../../domains/domain-spec-json.ts";
import { argumentShapeOf, ROWS_AT } from "../../events/argument-shape.ts";
import { type EventBatch, u64At } from "../../events/event-batch.ts";
import { EventKind, Recorded, type Via } from "../../events/event-kind.ts";
import type { StringTable } from "../../events/string-table.ts";
import { type HalfText, halfTexts } from "./half-text.ts";
import { decimalText, hexWords } from "./integer-text.ts";
import { dmaDirections, domainChanges, eventKinds, viaNames } from "./ndjson-names.ts";

const DMA_HEAD_WORDS = 6;
const SEGMENT_WORDS = 7;

const kindNames = inverse(eventKinds);
const viaTexts = inverse(viaNames);
const directionNames = inverse(dmaDirections);
const changeNames = inverse(domainChanges);

/** Names by value; of two names for one value the first. */
function inverse(names: ReadonlyMap<unknown, number>): ReadonlyMap<number, string> {
  return new Map([...names].reverse().map(([name, value]) => [value, String(name)]));
}

/** Writes events as lines of the NDJSON log: what the reader of that format reads back equally. */
export class NdjsonWriter {
  private readonly strings: StringTable;
  private readonly quoted: string[] = [];

  /** `strings`: those that the batches' columns index. */
  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /** The first line of a log, newline included. */
  header(header: LogHeader): string {
    return `${JSON.stringify(logHeaderJson(header))}\n`;
  }

  /** The batch's events, one line each, every line with its newline. */
  lines(batch: EventBatch): string {
    let text = "";
    for (let row = 0; row < batch.length; row++) text += this.line(batch, row);
    return text;
  }

  /** One event's line, newline included. */
  line(batch: EventBatch, row: number): string {
    const kind = batch.kind[row];
    let line = "{";
    const time = batch.time[row];
    if (!Number.isNaN(time)) line += `"t":${time},`;
    if (!Number.isNaN(batch.call[row])) line += `"id":${decimalText(batch.call[row])},`;
    line += `"ev":"${kindNames.get(kind)}"`;
    if (batch.domid[row] >= 0) line += `,"domid":${domidText(batch.domid[row])}`;
    if (batch.cpu[row] >= 0) line += `,"cpu":${batch.cpu[row]}`;
    if (batch.pid[row] >= 0) line += `,"pid":${batch.pid[row]}`;
    if (batch.comm[row] >= 0) line += `,"comm":${this.quote(batch.comm[row])}`;
    return `${line}${this.members(batch, row, kind)}}\n`;
  }

  private members(batch: EventBatch, row: number, kind: number): string {
    const { words } = batch;
    const at = batch.payload[row];
    switch (kind) {
      case EventKind.enter:
        return enterMembers(batch, row);
      case EventKind.exit:
        return exitMembers(batch, row);
      case EventKind.guestP2m:
        return `,"pfn":${hexWords(words, at)},"mfn":${hexWords(words, at + 2)},"nr":${countWords(words, at + 4)}`;
      case EventKind.dma:
        return this.dma(words, at);
      case EventKind.lost:
        return `,"count":${countWords(words, at)}`;
      case EventKind.grant: {
        const gfn = hexWords(words, at + 2);
        return `,"ref":${words[at] >>> 0},"dom":${domidText(words[at + 1])},"gfn":${gfn},"ro":${words[at + 4] === 1}`;
      }
      case EventKind.ungrant:
        return `,"ref":${words[at] >>> 0}`;
      case EventKind.domain:
        return `,"what":"${changeNames.get(words[at])}"`;
      default:
        return `,"text":${this.quote(words[at])}`;
    }
  }

  private dma(words: Int32Array, at: number): string {
    const [unmap, direction, dev, count, shown, total] = words.subarray(at, at + DMA_HEAD_WORDS);
    let text = `,"op":"${unmap === 1 ? "unmap" : "map"}"`;
    const name = directionNames.get(direction);
    if (name !== undefined) text += `,"dir":"${name}"`;
    if (dev >= 0) text += `,"dev":${this.quote(dev)}`;
    text += ',"segments":[';
    for (let i = 0; i < count; i++) {
      if (i > 0) text += ",";
      text += segmentText(words, at + DMA_HEAD_WORDS + SEGMENT_WORDS * i);
    }
    text += "]";
    if (shown >= 0) text += `,"shown":${shown}`;
    return total >= 0 ? `${text},"total":${total}` : text;
  }

  /** A string of the run as JSON. */
  private quote(index: number): string {
    let text = this.quoted[index];
    if (text === undefined) {
      text = JSON.stringify(this.strings.get(index));
      this.quoted[index] = text;
    }
    return text;
  }
}

function segmentText(words: Int32Array, at: number): string {
  const mask = words[at];
  const parts: string[] = [];
  if ((mask & 1) !== 0) parts.push(`"phys":${hexWords(words, at + 1)}`);
  if ((mask & 2) !== 0) parts.push(`"bus":${hexWords(words, at + 3)}`);
  if ((mask & 4) !== 0) parts.push(`"size":${countWords(words, at + 5)}`);
  return `{${parts.join(",")}}`;
}

function enterMembers(batch: EventBatch, row: number): string {
  const nr = batch.nr[row];
  const via = batch.via[row];
  let text = via === 0 ? "" : `,"via":"${viaTexts.get(via as Via)}"`;
  if (!Number.isNaN(batch.multicall[row])) text += `,"multicall":${decimalText(batch.multicall[row])}`;
  if (batch.entry[row] >= 0) text += `,"entry":${batch.entry[row]}`;
  text += `,"nr":${nr}`;
  const args = argumentsText(batch, row);
  const start = batch.start[row];
  if (batch.cmd[row] >= 0) {
    // Without arguments there is no other place for the command word's upper bits.
    const bits = args === null ? (hypercallOf(nr)?.cmdBits ?? 0) : 0;
    text += `,"cmd":${bits > 0 && start > 0 ? decimalText(start * 2 ** bits + batch.cmd[row]) : batch.cmd[row]}`;
  }
  return args === null ? text : `${text},"args":{${args}}`;
}

/** Members of `args`, or null where there is nothing to say. */
function argumentsText(batch: EventBatch, row: number): string | null {
  const { words } = batch;
  const at = batch.payload[row];
  const recorded = words[at];
  const nr = batch.nr[row];
  if (nr === MULTICALL)
    return recorded === Recorded.nothing ? null : `"nr_calls":${countWords(words, at + 2)}`;
  const shape = argumentShapeOf(nr, batch.cmd[row]);
  if (shape === undefined || shape.subOp.argument === "none") return null;
  const isRows = shape.subOp.argument === "rows";
  const hasCount = isRows && (recorded !== Recorded.nothing || u64At(words, at + 2) > 0);
  if (recorded === Recorded.nothing && !hasCount) return null;
  const parts: string[] = [];
  const isFault = recorded === Recorded.fault && words[at + 1] === 0;
  if (isFault) parts.push('"fault":true');
  if (batch.start[row] > 0) {
    parts.push(`"${nr === MEMORY_OP ? "start_extent" : "cont"}":${decimalText(batch.start[row])}`);
  }
  if (hasCount) parts.push(`"count":${countWords(words, at + 2)}`);
  if (recorded !== Recorded.nothing && !isFault) {
    parts.push(...payloadParts(halfTexts[shape.index].in, words, at, isRows));
  }
  return parts.join(",");
}

function exitMembers(batch: EventBatch, row: number): string {
  const ret = batch.ret[row];
  const text = Number.isNaN(ret) ? "" : `,"ret":${decimalText(ret)}`;
  const { words } = batch;
  const at = batch.payload[row];
  const shape = argumentShapeOf(batch.nr[row], batch.cmd[row]);
  if (shape === undefined || words[at] === Recorded.nothing) return text;
  const isRows = shape.subOp.argument === "rows";
  const parts = payloadParts(halfTexts[shape.index].out, words, at, isRows);
  return parts.length === 0 ? text : `${text},${parts.join(",")}`;
}

/** The members that rows and lists make: one `ops`, or the struct's own. */
function payloadParts(half: HalfText, words: Int32Array, at: number, isRows: boolean): readonly string[] {
  const rows = words[at + 1];
  const listsAt = at + ROWS_AT + rows * half.rowWords;
  if (!isRows) return half.members(words, at + ROWS_AT, listsAt);
  const ops: string[] = [];
  for (let i = 0; i < rows; i++) {
    const rowAt = at + ROWS_AT + i * half.rowWords;
    ops.push(`{${half.members(words, rowAt, i === 0 ? listsAt : -1).join(",")}}`);
  }
  if (words[at] === Recorded.fault) ops.push("null");
  return [`"ops":[${ops.join(",")}]`];
}

function domidText(domid: number): string {
  return domid < 0x7ff0 ? String(domid) : `"0x${domid.toString(16)}"`;
}

function countWords(words: Int32Array, at: number): string {
  const value = u64At(words, at);
  return Number.isSafeInteger(value) ? String(value) : hexWords(words, at);
}
