import { GRANT_TABLE_OP, MEMORY_OP } from "@xgt/hypercall-abi";
import type { EventBatch } from "../../events/event-batch.ts";
import { EventKind } from "../../events/event-kind.ts";
import type { FtraceEventName } from "../probes/ftrace-event-names.ts";
import { FtraceFields, type ListPart, listPartNamed, Scalar, scalarNamed } from "../probes/ftrace-fields.ts";
import type { FtraceHead } from "../probes/ftrace-head.ts";
import type { LineLessons } from "../templates/line-lessons.ts";
import {
  CALL_ARGUMENT,
  CALL_ARRAYS_MAX,
  CALL_NUMBERS,
  CallNumber,
  CallWay,
} from "../templates/native-calls.ts";
import {
  type BodyTemplate,
  partsOf,
  type TemplatePart,
  type ValuePlace,
} from "../templates/template-parts.ts";
import { type CallLayout, fillFields } from "./call-layout.ts";
import type { TraceLine } from "./trace-text-dialect.ts";

const LESS = 60;
/** `: ` stands between the time and the event's name. */
const BEFORE_NAME = 2;

/** Lines of entries of the guest's own table and of DMAs: texts and values in turn. */
const ENTRY = /^(p2m: \([^)]*\) pfn=0x)([0-9a-f]+)( mfn=0x)([0-9a-f]+)(?:( n=)(\d+))?\r?$/;
const ENTRY_VALUES: readonly TemplatePart[] = [
  { part: "hex", word: 0 },
  { part: "hex", word: 2 },
  { part: "decimal", word: 4 },
];
const DMA =
  /^(dma_(?:un)?map_(?:page|phys): [^=]* dir=\w+ dma_addr=)([0-9a-f]+)( size=)(\d+)(?:( phys_addr=)([0-9a-f]+))? attrs=[^=]*$/;
/** Word of the bus address of a DMA's first segment: all ones where the mapping failed. */
const DMA_BUS = 9;
const DMA_VALUES: readonly TemplatePart[] = [
  { part: "hex", word: DMA_BUS },
  { part: "decimal", word: 11 },
  { part: "hex", word: 7 },
];
/** Words of a DMA of one segment. */
const DMA_WORDS = 13;
/** Lines of calls: `key=value` and `key={0x..,0x..}` behind the probed place. */
const CALL = /^[^ ]+: \([^)]*\)((?: \w+=(?:\d+|0x[0-9a-f]+|\{0x[0-9a-f]+(?:,0x[0-9a-f]+)*\}))+)\r?$/;
const CALL_MEMBER = / (\w+)=(?:0x([0-9a-f]+)|(\d+)|\{([^}]+)\})/g;
const NO_TASK = { domid: -1, cpu: -1, pid: -1, comm: -1 } as const;

/** What a body is beside its parts. */
type BodyRest = Omit<BodyTemplate, "parts" | keyof typeof NO_TASK>;

/** Learns the layouts of a trace's lines. */
export class FtraceLessons {
  /** Of the lines of calls, by the number of the body. */
  readonly calls: (CallLayout | undefined)[] = [];
  private readonly lessons: LineLessons;
  private readonly batch: EventBatch;
  private readonly head: FtraceHead;
  private readonly trial = new FtraceFields();

  /** `head`: what the reader has read of the last line's head. */
  constructor(lessons: LineLessons, batch: EventBatch, head: FtraceHead) {
    this.lessons = lessons;
    this.batch = batch;
    this.head = head;
  }

  /** Looks at the line that the general reader took last and made an entry, a DMA or nothing new of. */
  learnEvent(line: TraceLine, bytes: Uint8Array, start: number, newline: number): void {
    const { batch } = this;
    const row = batch.length - 1;
    const kind = batch.kind[row];
    const isDma = kind === EventKind.dma;
    if (!isDma && kind !== EventKind.guestP2m) return;
    const text = this.textOf(line, bytes, start, newline);
    const found = text === null ? null : (isDma ? DMA : ENTRY).exec(text);
    const image = batch.words.slice(batch.payload[row], batch.wordsUsed);
    if (found === null || (isDma && image.length !== DMA_WORDS)) return;
    const values = valuesOf(found, isDma ? DMA_VALUES : ENTRY_VALUES, line.nameStart);
    for (const { value } of values) if ("word" in value) image.fill(0, value.word, value.word + 2);
    const refused = isDma ? DMA_BUS : -1;
    this.take(line, bytes, start, newline, values, { image, kind, isCall: false, refused, settles: !isDma });
  }

  /** Looks at the line of a call of which `fields` holds what the general reader read. */
  learnCall(
    name: FtraceEventName,
    fields: FtraceFields,
    line: TraceLine,
    bytes: Uint8Array,
    start: number,
    newline: number,
  ): void {
    const text = this.textOf(line, bytes, start, newline);
    const found = text === null ? null : CALL.exec(text);
    if (text === null || found === null) return;
    const membersAt = text.indexOf(") ") + 1;
    const values: ValuePlace[] = [];
    const scalars: number[] = [];
    const arrays: ListPart[] = [];
    for (const member of text.slice(membersAt).matchAll(CALL_MEMBER)) {
      const [whole, key, hex, decimal, array] = member;
      const to = line.nameStart + membersAt + member.index + whole.length - (array === undefined ? 0 : 1);
      const from = to - (hex ?? decimal ?? array ?? "").length;
      if (array !== undefined) {
        const list = listPartNamed(key);
        if (list === null) return;
        arrays.push(list);
        values.push({ from, to, value: { part: "array" } });
        continue;
      }
      // Values come before arrays: of a line in another order the payload would need more than one image.
      if (arrays.length > 0) return;
      const scalar = scalarNamed(key);
      if (scalar < 0) continue;
      values.push({
        from,
        to,
        value: { part: hex === undefined ? "decimal" : "hex", word: 2 * scalars.length },
      });
      scalars.push(scalar);
    }
    const layout = { name, scalars, arrays };
    const image = new Int32Array(2 * scalars.length);
    const body = { image, kind: EventKind.enter, isCall: true, refused: -1, settles: false };
    const number = this.take(line, bytes, start, newline, values, body, (words) => {
      fillFields(this.trial, layout, words, 0);
      return this.trial.equals(fields);
    });
    if (number < 0) return;
    this.calls[number] = layout;
    this.lessons.table.calls.set(callNumbers(layout), CALL_NUMBERS * number);
  }

  /** The line's text from the event's name on; null: nothing is learnt from it. */
  private textOf(line: TraceLine, bytes: Uint8Array, start: number, newline: number): string | null {
    // A name that the trace has lost is told from others by the reader of heads.
    if (bytes[line.commStart] === LESS || !this.lessons.begin(newline - start)) return null;
    const first = bytes.byteOffset + line.nameStart;
    return Buffer.from(bytes.buffer, first, newline - line.nameStart).toString("latin1");
  }

  private take(
    line: TraceLine,
    bytes: Uint8Array,
    start: number,
    newline: number,
    values: readonly ValuePlace[],
    rest: BodyRest,
    isRight: (words: Int32Array) => boolean = () => false,
  ): number {
    const bodyAt = line.nameStart - BEFORE_NAME;
    const body = { ...NO_TASK, ...rest, parts: partsOf(bytes, bodyAt, newline, values) };
    const { timeAt = -1, time } = line;
    const { cpu, pid, comm, level } = this.head;
    const lesson = { bytes, start, timeAt, bodyAt, newline, time, body, cpu, pid, comm, note: level };
    return this.lessons.take(lesson, isRight);
  }
}

/** What an event of a probe needs so that the module can take its line, and how it then does. */
const callWays: readonly {
  readonly read: FtraceEventName["read"];
  readonly way: number;
  readonly kind: number;
  readonly nr: number;
  readonly needs: readonly number[];
  /** Arrays that its lines may have. */
  readonly has: (arrays: readonly ListPart[]) => boolean;
}[] = [
  {
    read: "grantTableOp",
    way: CallWay.grantEnter,
    kind: EventKind.enter,
    nr: GRANT_TABLE_OP,
    needs: [Scalar.cmd, Scalar.arg, Scalar.count],
    has: areOps,
  },
  {
    read: "grantTableOpReturn",
    way: CallWay.grantExit,
    kind: EventKind.exit,
    nr: GRANT_TABLE_OP,
    needs: [Scalar.arg, Scalar.ret],
    has: areOps,
  },
  {
    read: "listPart",
    way: CallWay.memoryPart,
    kind: EventKind.enter,
    nr: MEMORY_OP,
    needs: [Scalar.cmd, Scalar.arg, Scalar.nr],
    has: areArguments,
  },
  {
    read: "memoryOp",
    way: CallWay.memoryEnter,
    kind: EventKind.enter,
    nr: MEMORY_OP,
    needs: [Scalar.cmd, Scalar.arg],
    has: areArguments,
  },
  {
    read: "memoryOpReturn",
    way: CallWay.memoryExit,
    kind: EventKind.exit,
    nr: MEMORY_OP,
    needs: [Scalar.arg, Scalar.ret],
    has: (arrays) => arrays.length === 0,
  },
];

/** Ops of a grant call in one array. */
function areOps(arrays: readonly ListPart[]): boolean {
  return arrays.length === 1 && arrays[0].list === "words" && arrays[0].chunk === 0;
}

/** A memory_op's argument and the list behind it. */
function areArguments(arrays: readonly ListPart[]): boolean {
  return arrays.length <= CALL_ARRAYS_MAX && arrays.every(({ list }) => list === "args" || list === "list");
}

/** What the module knows of a call's line (CallNumber): nothing of one with less or more than the usual values. */
function callNumbers({ name, scalars, arrays }: CallLayout): readonly number[] {
  const found = callWays.find(({ read }) => read === name.read);
  const has = (scalar: number): boolean => scalars.includes(scalar);
  if (found === undefined || !found.needs.every(has) || !found.has(arrays)) return [];
  const wordOf = (scalar: number): number => 2 * scalars.lastIndexOf(scalar);
  const numbers = new Int32Array(CALL_NUMBERS);
  const set = (number: keyof typeof CallNumber, value: number): void => {
    numbers[CallNumber[number]] = value;
  };
  set("way", found.way);
  set("kind", found.kind);
  set("nr", found.nr);
  set("via", name.via);
  set("site", name.site);
  set("cmdAt", wordOf(Scalar.cmd));
  set("argAt", wordOf(Scalar.arg));
  set("countAt", wordOf(Scalar.count));
  set("retAt", wordOf(Scalar.ret));
  set("declaredAt", wordOf(Scalar.nr));
  set("arrayAt", 2 * scalars.length);
  set("arrays", arrays.length);
  const codes = new Uint8Array(numbers.buffer, 4 * CallNumber.codes, CALL_ARRAYS_MAX);
  codes.set(arrays.map(({ list, chunk }) => (list === "args" ? CALL_ARGUMENT : chunk)));
  return [...numbers];
}

/** Where the values of a line stand that a pattern found: it has groups for a text, a value, a text, a value, ... */
function valuesOf(
  found: RegExpExecArray,
  parts: readonly TemplatePart[],
  start: number,
): readonly ValuePlace[] {
  const values: ValuePlace[] = [];
  let at = start;
  parts.forEach((value, i) => {
    const before = found[2 * i + 1];
    if (before === undefined) return;
    const from = at + before.length;
    at = from + found[2 * i + 2].length;
    values.push({ from, to: at, value });
  });
  return values;
}
