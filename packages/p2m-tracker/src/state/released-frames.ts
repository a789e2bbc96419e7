import { RELEASED_FRAMES_MAX } from "../limits.ts";
import { NumberTable } from "./number-table.ts";

/** Releases noted before those that no longer count are dropped. */
const FIRST_NOTES = 1024;
/** Notes that there is room for, by frame that counts: with more of them they are gone through less often. */
const NOTES_PER_FRAME = 8;

/** Frames of which a release was noted, each with the event of its latest; the RELEASED_FRAMES_MAX latest of them. */
export class ReleasedFrames {
  /** Frame -> number of its note. Notes are numbered on; they lie in the two columns until they are dropped. */
  private readonly notes = new NumberTable();
  private frames = new Float64Array(FIRST_NOTES);
  private events = new Float64Array(FIRST_NOTES);
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

  /** Drops the notes that no longer count, and makes room where most still do. */
  private tidy(): void {
    const { frames, events } = this;
    if (this.notes.size > frames.length / NOTES_PER_FRAME) {
      this.frames = new Float64Array(frames.length * 2);
      this.events = new Float64Array(frames.length * 2);
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
  }
}
