import { CALLS_UNDER_WAY_MAX } from "../../limits.ts";
import { type CallLender, LENT_CALLS_MAX, type LentCalls } from "../templates/native-calls.ts";

const SLOTS = 256;
/** Ids below this can be told apart by domain: with a domid (15 bits) they fit a safe integer. */
const IDS_END = 2 ** 37;

interface Call {
  readonly nr: number;
  readonly cmd: number;
  readonly domid: number;
}

/**
 * Which hypercall an id stands for, from its enter to its exit: exits of text logs name only the id. Most calls end
 * before the next begins, so a small table takes them and a map only what collides there. Beyond
 * CALLS_UNDER_WAY_MAX the oldest are forgotten: their exits then have no decoded results.
 *
 * Guests that one recorder records count their calls apart: calls of two domains may have one id at a time. The one that
 * began later then has a number of its own, made of domid and id.
 */
export class CallsUnderWay implements CallLender {
  /** Of the call that `find` found; -1 where there is no such number. */
  nr = -1;
  cmd = -1;

  private readonly ids = new Float64Array(SLOTS).fill(Number.NaN);
  private readonly nrs = new Int32Array(SLOTS);
  private readonly cmds = new Int32Array(SLOTS);
  private readonly domids = new Int32Array(SLOTS);
  private readonly others = new Map<number, Call>();
  /** Numbers of the calls under way that have one of their own. */
  private readonly twins = new Set<number>();
  /** Calls in `ids`. */
  private held = 0;
  /** Ids of the calls that are lent. */
  private readonly lent: number[] = [];

  /** Whether a line's id alone may not tell which call it ends. */
  get hasTwins(): boolean {
    return this.twins.size > 0;
  }

  /** The number of a call of `domid` (-1: not recorded) that begins. */
  numberOfEnter(id: number, domid: number): number {
    if (domid < 0 || id >= IDS_END) return id;
    const own = ownNumber(id, domid);
    if (this.twins.has(own)) return own;
    const holder = this.domidOf(id);
    if (holder < 0 || holder === domid) return id;
    if (this.twins.size >= CALLS_UNDER_WAY_MAX) this.twins.clear();
    this.twins.add(own);
    return own;
  }

  /** The number of the call that an exit of `domid` (-1: not recorded) ends. */
  numberOfExit(id: number, domid: number): number {
    if (this.twins.size === 0 || domid < 0 || id >= IDS_END) return id;
    const own = ownNumber(id, domid);
    return this.twins.has(own) ? own : id;
  }

  /** A call begins; an earlier one of the same number is forgotten. `domid`: -1 where not recorded. */
  open(id: number, nr: number, cmd: number, domid = -1): void {
    const slot = slotOf(id);
    const held = this.ids[slot];
    if (held !== id) {
      if (!Number.isNaN(held)) this.setAside(held, slot);
      else this.held++;
      if (this.others.size > 0) this.others.delete(id);
    }
    this.ids[slot] = id;
    this.nrs[slot] = nr;
    this.cmds[slot] = cmd;
    this.domids[slot] = domid;
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
    if (this.twins.size > 0) this.twins.delete(id);
    const slot = slotOf(id);
    if (this.ids[slot] === id) {
      this.ids[slot] = Number.NaN;
      this.held--;
    } else this.others.delete(id);
  }

  lend(calls: LentCalls): boolean {
    const { lent, ids } = this;
    lent.length = 0;
    const size = this.held + this.others.size;
    if (this.hasTwins || size > LENT_CALLS_MAX) return false;
    if (size === 0) return true;
    for (let slot = 0; slot < SLOTS && lent.length < this.held; slot++) {
      if (!Number.isNaN(ids[slot])) this.lendOne(calls, ids[slot], this.nrs[slot], this.cmds[slot]);
    }
    for (const [id, { nr, cmd }] of this.others) this.lendOne(calls, id, nr, cmd);
    return true;
  }

  takeBack(calls: LentCalls): void {
    this.lent.forEach((id, lent) => {
      if (calls.hasEnded(lent)) this.close(id);
    });
    for (let index = 0; index < calls.size; index++) {
      const call = calls.began(index);
      if (call !== null) this.open(call.key, call.nr, call.cmd);
    }
  }

  private lendOne(calls: LentCalls, id: number, nr: number, cmd: number): void {
    const rest = { argLow: 0, argHigh: 0, count: 0, via: 0, site: -1, level: 0, head: -1 };
    calls.add({ key: id, call: id, nr, cmd, ...rest }, true);
    this.lent.push(id);
  }

  private setAside(id: number, slot: number): void {
    if (this.others.size >= CALLS_UNDER_WAY_MAX) {
      for (const oldest of this.others.keys()) {
        this.others.delete(oldest);
        break;
      }
    }
    this.others.set(id, { nr: this.nrs[slot], cmd: this.cmds[slot], domid: this.domids[slot] });
  }

  /** The domain of the call of that number; -1: no such call is under way, or it was not recorded. */
  private domidOf(id: number): number {
    const slot = slotOf(id);
    if (this.ids[slot] === id) return this.domids[slot];
    return this.others.size > 0 ? (this.others.get(id)?.domid ?? -1) : -1;
  }
}

function ownNumber(id: number, domid: number): number {
  return id + (domid + 1) * IDS_END;
}

function slotOf(id: number): number {
  return (id ^ (id / SLOTS)) & (SLOTS - 1);
}
