import { EventBatch } from "../../events/event-batch.ts";
import { TEMPLATE_LESSONS_MAX, TEMPLATE_LINE_BYTES_MAX } from "../../limits.ts";
import type { ReaderContext } from "../log-format.ts";
import { LineTemplates } from "./line-templates.ts";
import { type BodyTemplate, isSameEvent } from "./template-parts.ts";
import { TemplateTable } from "./template-table.ts";

/** A line that the general reader took, and what its reader says of its layout. */
export interface Lesson {
  readonly bytes: Uint8Array;
  /** Where the line, its time and what follows the time begin, and where its newline is. */
  readonly start: number;
  readonly timeAt: number;
  readonly bodyAt: number;
  readonly newline: number;
  readonly time: number;
  readonly body: BodyTemplate;
  /** CPU, thread and task's name, where lines' heads say them; -1 each where not. */
  readonly cpu: number;
  readonly pid: number;
  readonly comm: number;
  /** Kept with the line's head. */
  readonly note: number;
}

/** Takes the events of one trial at a time, of all logs. */
let trialBatch: EventBatch | undefined;

/** Learns layouts from lines that the general reader took, and tries each on its own line before it is used. */
export class LineLessons {
  readonly table = new TemplateTable();
  private readonly batch: EventBatch;
  private readonly hasTaskInHead: boolean;
  private readonly heads = new Set<string>();
  private readonly bodies = new Map<string, number>();
  private readonly scratch: EventBatch;
  private readonly trial: LineTemplates;
  private readonly most: number;
  private lessons = 0;

  /** `hasTaskInHead`: as LineTemplates has it. */
  constructor({ batch, templates }: ReaderContext, hasTaskInHead: boolean) {
    this.batch = batch;
    this.most = templates === "none" ? 0 : TEMPLATE_LESSONS_MAX;
    this.hasTaskInHead = hasTaskInHead;
    trialBatch ??= new EventBatch();
    this.scratch = trialBatch;
    this.trial = new LineTemplates(this.table, this.scratch, hasTaskInHead, "javascript");
  }

  /** Whether a line of so many bytes may be looked at; if so it counts as a lesson. */
  begin(size: number): boolean {
    if (this.lessons >= this.most || size > TEMPLATE_LINE_BYTES_MAX) return false;
    this.lessons++;
    return true;
  }

  /**
   * Learns from the line of the batch's newest event; the number of the body that now reads such lines, -1: none does,
   * or an older one. `isRight`: whether what the templates read is what the general reader made of the line.
   */
  take(lesson: Lesson, isRight: (words: Int32Array, trial: LineTemplates) => boolean): number {
    const { bytes, start, timeAt, body } = lesson;
    const { batch } = this;
    const row = batch.length - 1;
    const head = latin1(bytes, start, timeAt);
    if (!this.heads.has(head)) {
      const { cpu, pid, comm, note } = lesson;
      const number = this.table.addHead(
        bytes.slice(start, timeAt),
        !this.hasTaskInHead,
        cpu,
        pid,
        comm,
        note,
      );
      if (number < 0) return -1;
      this.heads.add(head);
    }
    const key = keyOf(body);
    if (this.bodies.has(key)) return -1;
    const number = this.table.addBody(body, !this.hasTaskInHead);
    if (number < 0) return -1;
    if (!this.isRight(lesson, row, number, isRight)) {
      this.table.dropBody();
      return -1;
    }
    this.bodies.set(key, number);
    return number;
  }

  private isRight(
    { bytes, start, newline, time, body }: Lesson,
    row: number,
    number: number,
    isRightCall: (words: Int32Array, trial: LineTemplates) => boolean,
  ): boolean {
    const { batch, scratch, trial } = this;
    scratch.clear();
    trial.enter(bytes);
    trial.run(start, newline + 1, 0, false);
    if (!body.isCall) return trial.taken === 1 && isSameEvent(scratch, 0, batch, row);
    if (trial.body !== number || trial.time !== time) return false;
    return isRightCall(scratch.words.subarray(trial.payload, scratch.wordsUsed), trial);
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}

function keyOf(body: BodyTemplate): string {
  return JSON.stringify(body, (_, value: unknown) =>
    value instanceof Uint8Array
      ? latin1(value, 0, value.length)
      : value instanceof Int32Array
        ? [...value]
        : value,
  );
}
