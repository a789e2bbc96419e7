import type { EventBatch } from "../../events/event-batch.ts";
import { EventKind } from "../../events/event-kind.ts";
import type { LineLessons } from "../templates/line-lessons.ts";
import { CALL_NUMBERS, CallFlag, CallWay } from "../templates/native-calls.ts";
import { partsOf } from "../templates/template-parts.ts";
import { type CallForm, CallRegister, callValues, eventValues } from "./line-values.ts";

/** The beginning of the lines whose layout is learnt, and what of it comes before the time. */
const HEAD = /^\{"t":\d+\.\d+(?=,)/;
const BEFORE_TIME = 5;
/** A member that not every line may have. */
const OTHER = /"(?!(?:t|id|ev|cpu|pid|comm|ret|domid)":)\w+":/;
const NO_TASK = { cpu: -1, pid: -1, comm: -1, note: 0 } as const;

/** A call whose line has a known layout. */
export interface CallLayout {
  readonly kind: number;
  readonly via: number;
  readonly nr: number;
  readonly cmd: number;
  readonly start: number;
  readonly hasRet: boolean;
  /** Such an exit says the same whatever call it ends. */
  readonly isPlain: boolean;
}

/** Learns the layouts of lines of the interchange format. */
export class NdjsonLessons {
  /** By the number of the body. */
  readonly calls: (CallLayout | undefined)[] = [];
  private readonly lessons: LineLessons;
  private readonly batch: EventBatch;
  private readonly form: CallForm;

  constructor(lessons: LineLessons, batch: EventBatch, form: CallForm) {
    this.lessons = lessons;
    this.batch = batch;
    this.form = form;
  }

  /** Looks at the line that was read last in another way, whose event is the batch's newest. */
  learn(bytes: Uint8Array, start: number, newline: number): void {
    const { batch, lessons, form } = this;
    if (!lessons.begin(newline - start)) return;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, newline - start).toString("latin1");
    const head = HEAD.exec(text);
    if (head === null || form.unusual.test(text)) return;
    const row = batch.length - 1;
    const kind = batch.kind[row];
    const isCall = kind === EventKind.enter || kind === EventKind.exit;
    const payload = batch.words.slice(batch.payload[row], batch.wordsUsed);
    const [nr, cmd] = [batch.nr[row], batch.cmd[row]];
    if (isCall && !form.takes(nr, cmd)) return;
    const values = isCall ? callValues(text, kind, nr, cmd, payload, form) : eventValues(text, kind, payload);
    if (values === null) return;
    const hasRet = !Number.isNaN(batch.ret[row]);
    const has = (register: number): boolean =>
      values.places.some(({ value }) => value.part === "register" && value.register === register);
    if (isCall && (!has(CallRegister.id) || hasRet !== has(CallRegister.ret))) return;
    const bodyAt = start + head[0].length;
    const places = values.places.map(({ from, to, value }) => ({
      from: start + from,
      to: start + to,
      value,
    }));
    const task = { domid: batch.domid[row], cpu: batch.cpu[row], pid: batch.pid[row], comm: batch.comm[row] };
    const rest = { image: values.image, kind, isCall, refused: -1, settles: false };
    const body = { ...task, ...rest, parts: partsOf(bytes, bodyAt, newline, places) };
    const at = { bytes, start, timeAt: start + BEFORE_TIME, bodyAt, newline, time: batch.time[row] };
    const number = lessons.take({ ...at, ...NO_TASK, body }, (words, { registers }) => {
      if (registers[CallRegister.id] !== batch.call[row]) return false;
      if (hasRet && registers[CallRegister.ret] !== batch.ret[row]) return false;
      return words.length === payload.length && words.every((word, i) => word === payload[i]);
    });
    if (number < 0 || !isCall) return;
    const isPlain = kind === EventKind.exit && !OTHER.test(text);
    const [via, first] = [batch.via[row], batch.start[row]];
    this.calls[number] = { kind, via, nr, cmd, start: first, hasRet, isPlain };
    if (kind === EventKind.enter && first !== 0) return;
    const way = kind === EventKind.enter ? CallWay.namedEnter : CallWay.namedExit;
    const flags = (hasRet ? CallFlag.hasRet : 0) | (isPlain ? CallFlag.isPlain : 0);
    lessons.table.calls.set([way, kind, nr, cmd, via, flags], CALL_NUMBERS * number);
  }
}
