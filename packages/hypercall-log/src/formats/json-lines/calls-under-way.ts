import { CALLS_UNDER_WAY_MAX } from "../../limits.ts";

const SLOTS = 256;

interface Call {
  readonly nr: number;
  readonly cmd: number;
}

/**
 * Which hypercall an id stands for, from its enter to its exit: exits of text logs name only the id. Most calls end
 * before the next begins, so a small table takes them and a map only what collides there. Beyond
 * CALLS_UNDER_WAY_MAX the oldest are forgotten: their exits then have no decoded results.
 */
export class CallsUnderWay {
  /** Of the call that `find` found; -1 where there is no such number. */
  nr = -1;
  cmd = -1;

  private readonly ids = new Float64Array(SLOTS).fill(Number.NaN);
  private readonly nrs = new Int32Array(SLOTS);
  private readonly cmds = new Int32Array(SLOTS);
  private readonly others = new Map<number, Call>();

  /** A call begins; an earlier one of the same id is forgotten. */
  open(id: number, nr: number, cmd: number): void {
    const slot = slotOf(id);
    const held = this.ids[slot];
    if (held !== id) {
      if (!Number.isNaN(held)) this.setAside(held, slot);
      if (this.others.size > 0) this.others.delete(id);
    }
    this.ids[slot] = id;
    this.nrs[slot] = nr;
    this.cmds[slot] = cmd;
  }

  /** Looks a call up and leaves it under way; false where no such call is. */
  find(id: number): boolean {
    const slot = slotOf(id);
    if (this.ids[slot] === id) {
      this.nr = this.nrs[slot];
      this.cmd = this.cmds[slot];
      return true;
    }
    const call = this.others.size > 0 ? this.others.get(id) : undefined;
    this.nr = call?.nr ?? -1;
    this.cmd = call?.cmd ?? -1;
    return call !== undefined;
  }

  /** A call has ended. */
  close(id: number): void {
    const slot = slotOf(id);
    if (this.ids[slot] === id) this.ids[slot] = Number.NaN;
    else this.others.delete(id);
  }

  private setAside(id: number, slot: number): void {
    if (this.others.size >= CALLS_UNDER_WAY_MAX) {
      for (const oldest of this.others.keys()) {
        this.others.delete(oldest);
        break;
      }
    }
    this.others.set(id, { nr: this.nrs[slot], cmd: this.cmds[slot] });
  }
}

function slotOf(id: number): number {
  return (id ^ (id / SLOTS)) & (SLOTS - 1);
}
