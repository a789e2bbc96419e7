import { RELEASED_FRAMES_MAX } from "../limits.ts";
import { type ColumnRoom, moved, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { NumberTable } from "./number-table.ts";

/** Releases noted before those that no longer count are dropped. */
const FIRST_NOTES = 1024;
/** Notes that there is room for, by frame that counts: with more of them they are gone through less often. */
const NOTES_PER_FRAME = 8;

/** Frames of which a release was noted, each with the event of its latest; the RELEASED_FRAMES_MAX latest of them. */
export class ReleasedFrames {
  /** Frame -> number of its note. Notes are numbered on; they lie in the two columns until they are dropped. */
  private readonly notes = new NumberTable();
  private frames: Float64Array = separateRoom.float64(FIRST_NOTES);
  private events: Float64Array = separateRoom.float64(FIRST_NOTES);
  private room: ColumnRoom = separateRoom;
  /** Notes in the columns, and the first of them that may count. */
  private used = 0;
  private oldest = 0;

  /** Event of the frame's latest release; 0: none is remembered. */
  eventOf(frame: number): number {
    const note = this.notes.get(frame, -1);
    return note < 0 ? 0 : this.events[note];
  }

  note(frame: number, event: number): void {
    if (this.used === this.frames.length) this.tidy();
    const note = this.used++;
    this.frames[note] = frame;
    this.events[note] = event;
    this.notes.set(frame, note);
    while (this.notes.size > RELEASED_FRAMES_MAX) {
      const frame = this.frames[this.oldest];
      if (this.notes.get(frame, -1) === this.oldest) this.notes.delete(frame);
      this.oldest++;
    }
  }

  /** The frame counts as not released. */
  delete(frame: number): void {
    this.notes.delete(frame);
  }

  clear(): void {
    this.notes.clear();
    this.used = 0;
    this.oldest = 0;
  }

  moveTo(room: ColumnRoom): void {
    const { length } = this.frames;
    this.notes.moveTo(room);
    this.frames = moved(this.frames, length, this.used, room, this.room);
    this.events = moved(this.events, length, this.used, room, this.room);
    this.room = room;
  }

  lend(kernel: KernelMemory): void {
    const { integers } = kernel;
    this.notes.lend(kernel, slots.NOTE_OF);
    integers[2 * slots.NOTE_FRAMES_AT] = this.frames.byteOffset;
    integers[2 * slots.NOTE_EVENTS_AT] = this.events.byteOffset;
    integers[2 * slots.NOTES] = this.used;
    integers[2 * slots.NOTES_OLDEST] = this.oldest;
    integers[2 * slots.NOTES_MAX] = this.frames.length;
    integers[2 * slots.NOTES_PER_FRAME] = NOTES_PER_FRAME;
  }

  takeBack(kernel: KernelMemory): void {
    this.notes.takeBack(kernel, slots.NOTE_OF);
    this.used = kernel.integers[2 * slots.NOTES];
    this.oldest = kernel.integers[2 * slots.NOTES_OLDEST];
  }

  /** Drops the notes that no longer count, and makes room where most still do. */
  private tidy(): void {
    const { frames, events } = this;
    if (this.notes.size > frames.length / NOTES_PER_FRAME) {
      this.frames = this.room.float64(frames.length * 2);
      this.events = this.room.float64(frames.length * 2);
    }
    let kept = 0;
    for (let note = this.oldest; note < this.used; note++) {
      const frame = frames[note];
      // Another note of the same frame came later.
      if (this.notes.get(frame, -1) !== note) continue;
      this.frames[kept] = frame;
      this.events[kept] = events[note];
      this.notes.set(frame, kept);
      kept++;
    }
    this.used = kept;
    this.oldest = 0;
    if (this.frames === frames) return;
    this.room.release(frames);
    this.room.release(events);
  }
}
