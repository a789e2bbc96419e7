import { hypercallOf, MEMORY_OP, MULTICALL } from "@xgt/hypercall-abi";
import type { LogHeader } from "../../domains/spec/domain-spec.ts";
import { logHeaderJson } from "../../domains/spec/domain-spec-json.ts";
import { argumentShapeOf, MULTICALL_SHAPE } from "../../events/argument-shape.ts";
import { CallView } from "../../events/call-view.ts";
import { DmaView } from "../../events/dma-view.ts";
import { type EventBatch, u64At } from "../../events/event-batch.ts";
import { EventKind, Recorded, type Via } from "../../events/event-kind.ts";
import { GrantView } from "../../events/grant-view.ts";
import { GuestEntryView } from "../../events/guest-entry-view.ts";
import { ShareView } from "../../events/share-view.ts";
import { domainChange, lostCountAt, markText } from "../../events/single-value.ts";
import type { StringTable } from "../../events/string-table.ts";
import { type HalfText, halfTexts } from "./half-text.ts";
import { decimalText, hexWords } from "./integer-text.ts";
import { dmaDirections, domainChanges, eventKinds, viaNames } from "./ndjson-names.ts";

const kindNames = inverse(eventKinds);
const viaTexts = inverse(viaNames);
const directionNames = inverse(dmaDirections);
const changeNames = inverse(domainChanges);

/** The greatest number below 2^64 that a double holds. */
const COMMAND_MAX = 2 ** 64 - 2 ** 11;

/** Names by value; of two names for one value the first. */
function inverse(names: ReadonlyMap<unknown, number>): ReadonlyMap<number, string> {
  return new Map([...names].reverse().map(([name, value]) => [value, String(name)]));
}

/** Writes events as lines of the NDJSON log: what the reader of that format reads back equally. */
export class NdjsonWriter {
  private readonly strings: StringTable;
  private readonly escaped: (json: string) => string;
  private readonly quoted: string[] = [];
  private readonly call = new CallView();
  private readonly dma = new DmaView();
  private readonly entry = new GuestEntryView();
  private readonly grant = new GrantView();
  private readonly share = new ShareView();

  /**
   * @param strings Those that the batches' columns index.
   * @param escaped The same JSON with more of its characters escaped; absent: JSON escapes what it must.
   */
  constructor(strings: StringTable, escaped: (json: string) => string = (json) => json) {
    this.strings = strings;
    this.escaped = escaped;
  }

  /** The first line of a log, newline included. */
  header(header: LogHeader): string {
    return `${this.escaped(JSON.stringify(logHeaderJson(header)))}\n`;
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
    switch (kind) {
      case EventKind.enter:
        return enterMembers(batch, row, this.call);
      case EventKind.exit:
        return exitMembers(batch, row, this.call);
      case EventKind.guestP2m:
        this.entry.load(batch, row);
        return guestEntryMembers(this.entry);
      case EventKind.dma:
        this.dma.load(batch, row);
        return this.dmaMembers(this.dma);
      case EventKind.lost:
      case EventKind.gap:
        return `,"count":${countWords(batch.words, lostCountAt(batch, row))}`;
      case EventKind.grant:
        this.grant.load(batch, row);
        return grantMembers(this.grant);
      case EventKind.ungrant:
        this.grant.load(batch, row);
        return `,"ref":${this.grant.ref}`;
      case EventKind.share:
      case EventKind.unshare:
        this.share.load(batch, row);
        return this.shareMembers(this.share);
      case EventKind.domain:
        return `,"what":"${changeNames.get(domainChange(batch, row))}"`;
      default:
        return `,"text":${this.quote(markText(batch, row))}`;
    }
  }

  private dmaMembers(dma: DmaView): string {
    let text = `,"op":"${dma.isUnmap ? "unmap" : "map"}"`;
    const name = directionNames.get(dma.direction);
    if (name !== undefined) text += `,"dir":"${name}"`;
    if (dma.dev >= 0) text += `,"dev":${this.quote(dma.dev)}`;
    text += ',"segments":[';
    for (let i = 0; i < dma.segments; i++) text += `${i > 0 ? "," : ""}${segmentText(dma, i)}`;
    text += "]";
    if (dma.shown >= 0) text += `,"shown":${dma.shown}`;
    return dma.total >= 0 ? `${text},"total":${dma.total}` : text;
  }

  private shareMembers({ words, gfnAt, countAt, partner }: ShareView): string {
    const text = `,"gfn":${hexWords(words, gfnAt)},"nr":${countWords(words, countAt)}`;
    return partner >= 0 ? `${text},"with":${this.quote(partner)}` : text;
  }

  /** A string of the run as JSON. */
  private quote(index: number): string {
    let text = this.quoted[index];
    if (text === undefined) {
      text = this.escaped(JSON.stringify(this.strings.get(index)));
      this.quoted[index] = text;
    }
    return text;
  }
}

function segmentText(dma: DmaView, segment: number): string {
  const { words } = dma;
  const parts: string[] = [];
  const phys = dma.physAt(segment);
  const bus = dma.busAt(segment);
  const size = dma.sizeAt(segment);
  if (phys >= 0) parts.push(`"phys":${hexWords(words, phys)}`);
  if (bus >= 0) parts.push(`"bus":${hexWords(words, bus)}`);
  if (size >= 0) parts.push(`"size":${countWords(words, size)}`);
  return `{${parts.join(",")}}`;
}

function guestEntryMembers(entry: GuestEntryView): string {
  const { words } = entry;
  const count = countWords(words, entry.countAt);
  return `,"pfn":${hexWords(words, entry.pfnAt)},"mfn":${hexWords(words, entry.mfnAt)},"nr":${count}`;
}

function grantMembers(grant: GrantView): string {
  const gfn = hexWords(grant.words, grant.gfnAt);
  return `,"ref":${grant.ref},"dom":${domidText(grant.dom)},"gfn":${gfn},"ro":${grant.readOnly}`;
}

function enterMembers(batch: EventBatch, row: number, view: CallView): string {
  const nr = batch.nr[row];
  const via = batch.via[row];
  let text = via === 0 ? "" : `,"via":"${viaTexts.get(via as Via)}"`;
  if (!Number.isNaN(batch.multicall[row])) text += `,"multicall":${decimalText(batch.multicall[row])}`;
  if (batch.entry[row] >= 0) text += `,"entry":${batch.entry[row]}`;
  text += `,"nr":${nr}`;
  const args = argumentsText(batch, row, view);
  const start = batch.start[row];
  if (batch.cmd[row] >= 0) {
    // Without arguments there is no other place for the command word's upper bits.
    const bits = args === null ? (hypercallOf(nr)?.cmdBits ?? 0) : 0;
    text += `,"cmd":${bits > 0 && start > 0 ? commandText(start, bits, batch.cmd[row]) : batch.cmd[row]}`;
  }
  return args === null ? text : `${text},"args":{${args}}`;
}

/** A command word of 64 bits: `cmd` in the lower `bits`, and above them `start`, or the most that a double can say of it. */
function commandText(start: number, bits: number, cmd: number): string {
  const most = Math.floor(COMMAND_MAX / 2 ** bits);
  const word = (BigInt(Math.floor(Math.min(start, most))) << BigInt(bits)) + BigInt(cmd);
  return word <= Number.MAX_SAFE_INTEGER ? String(word) : `"0x${word.toString(16)}"`;
}

/** Members of `args`, or null where there is nothing to say. */
function argumentsText(batch: EventBatch, row: number, view: CallView): string | null {
  const nr = batch.nr[row];
  const shape = argumentShapeOf(nr, batch.cmd[row]);
  view.loadRow(batch, row, nr === MULTICALL ? MULTICALL_SHAPE : shape?.in);
  const nothing = view.recorded === Recorded.nothing;
  if (nr === MULTICALL) return nothing ? null : `"nr_calls":${countWords(view.words, view.countAt)}`;
  if (shape === undefined || shape.subOp.argument === "none") return null;
  const hasCount = shape.in.isOps && (!nothing || u64At(view.words, view.countAt) > 0);
  if (nothing && !hasCount) return null;
  const parts: string[] = [];
  const isFault = view.recorded === Recorded.fault;
  if (isFault) parts.push('"fault":true');
  if (batch.start[row] > 0) {
    parts.push(`"${nr === MEMORY_OP ? "start_extent" : "cont"}":${decimalText(batch.start[row])}`);
  }
  if (hasCount) parts.push(`"count":${countWords(view.words, view.countAt)}`);
  if (!nothing && !isFault) parts.push(...payloadParts(halfTexts[shape.index].in, view, shape.in.isOps));
  return parts.join(",");
}

function exitMembers(batch: EventBatch, row: number, view: CallView): string {
  const ret = batch.ret[row];
  const text = Number.isNaN(ret) ? "" : `,"ret":${decimalText(ret)}`;
  const shape = argumentShapeOf(batch.nr[row], batch.cmd[row]);
  view.loadRow(batch, row, shape?.out);
  if (shape === undefined || view.recorded === Recorded.nothing) return text;
  const parts = payloadParts(halfTexts[shape.index].out, view, shape.out.isOps);
  return parts.length === 0 ? text : `${text},${parts.join(",")}`;
}

/** The members that rows and lists make: one `ops`, or the struct's own. */
function payloadParts(half: HalfText, view: CallView, isOps: boolean): readonly string[] {
  if (!isOps) return half.members(view, 0, true);
  const ops: string[] = [];
  for (let row = 0; row < view.rows; row++) ops.push(`{${half.members(view, row, row === 0).join(",")}}`);
  if (view.endsInFault) ops.push("null");
  return [`"ops":[${ops.join(",")}]`];
}

function domidText(domid: number): string {
  return domid < 0x7ff0 ? String(domid) : `"0x${domid.toString(16)}"`;
}

function countWords(words: Int32Array, at: number): string {
  const value = u64At(words, at);
  return Number.isSafeInteger(value) ? String(value) : hexWords(words, at);
}
