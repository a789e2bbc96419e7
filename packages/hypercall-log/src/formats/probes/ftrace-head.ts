/** What all events of a trace say: when, where, by whom. One object serves all lines. */
export class FtraceHead {
  /** Line, from 1. */
  place = 0;
  /** Seconds; NaN where not recorded. */
  time = Number.NaN;
  cpu = -1;
  pid = -1;
  /** Index of the task's name; -1 where the trace has lost it (`<...>`). */
  comm = -1;
  /** TaskLevel: what interrupted the thread. */
  level = 0;

  copy(from: FtraceHead): void {
    this.place = from.place;
    this.time = from.time;
    this.cpu = from.cpu;
    this.pid = from.pid;
    this.comm = from.comm;
    this.level = from.level;
  }

  /** Tells threads apart: every CPU's idle task has thread id 0. */
  get thread(): number {
    return this.pid === 0 ? -1 - this.cpu : this.pid;
  }
}
