import { Argument } from "./argument.ts";
import type { Random } from "./random.ts";

/** Frames as the executor numbers them: own pages, granted pages, frames that never were RAM, a 2 MiB block. */
const OWN = 24;
const GRANTED = 12;
const EXTENDED = 8;
const BLOCK = OWN + GRANTED + EXTENDED;
const REFS = 12;
/** Above what a grant table holds. */
const REF_OF_NONE = 500_000;

const DOMID_SELF = 0x7ff0;
/** This domain by both names, domains that do not exist, and reserved ids. */
const DOMIDS = [DOMID_SELF, DOMID_SELF, DOMID_SELF, DOMID_SELF, 0, 0, 77, 0x7ff1, 0x7ff2, 0x7ff4];
/** Frames that nobody may have: nothing, far beyond RAM, none at all. */
const ODD_FRAMES = [0n, 0x1000n, 0xfffffffffffn, 0xffffffffffffffffn];
const BLOCK_ORDER = 9;
const LISTS_AT = 128;

/** What one sequence remembers: which slots hold maps that were asked for. */
export interface SequenceState {
  nextSlot: number;
}

/** One hypercall as lines of the executor's script, ending with "go". */
export type CallMaker = (random: Random, state: SequenceState) => string[];

/** Makes a random hypercall, biased to calls that change mappings. */
export function randomCall(random: Random, state: SequenceState): string[] {
  let ticket = random.below(calls.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of calls) {
    if (ticket < weight) return make(random, state);
    ticket -= weight;
  }
  return reservation(random);
}

const calls: readonly (readonly [weight: number, make: CallMaker])[] = [
  [30, reservation],
  [22, mapGrants],
  [22, unmapGrants],
  [5, addToPhysmap],
  [6, removeFromPhysmap],
  [5, addBatch],
  [4, memoryQuery],
  [2, exchange],
  [2, claim],
  [2, acquire],
  [6, copy],
  [3, grantQuery],
  [1, swap],
  [2, cacheFlush],
  [1, transfer],
  [2, unmapAndReplace],
  [2, oddCall],
];

function putFrame(argument: Argument, at: number, random: Random): void {
  if (random.once(25)) argument.u64(at, random.pick(ODD_FRAMES));
  else if (random.once(4)) argument.frame(at, BLOCK, random.below(512));
  else argument.frame(at, random.below(OWN + GRANTED + EXTENDED), 0);
}

function reservation(random: Random): string[] {
  const cmd = random.pick([1, 1, 1, 6, 6, 6, 6, 0]);
  const order = random.once(4) ? random.pick([1, 2, 3, 5, 8, 9, 9, 18, 19, 64]) : 0;
  const count = random.pick([0, 1, 1, 1, 2, 3, 5, 8]);
  const start = random.once(10) ? random.below(5) : 0;
  const argument = new Argument(LISTS_AT + 8 * Math.max(count, 1));
  if (random.once(60)) argument.u64(0, 0x10n);
  else if (!random.once(60)) argument.pointer(0, LISTS_AT);
  argument.u64(8, BigInt(random.once(50) ? 0x4000000 : count));
  argument.u32(16, order);
  argument.u32(
    20,
    random.once(12) ? random.pick([5, 20, 64, 1 << 16, 1 << 17, (1 << 17) | 0x100, 1 << 18]) : 0,
  );
  argument.u16(24, random.pick(DOMIDS));
  for (let i = 0; i < count; i++) {
    const at = LISTS_AT + 8 * i;
    if (order === 0) putFrame(argument, at, random);
    else if (order <= BLOCK_ORDER)
      argument.frame(at, BLOCK, random.once(6) ? anywhere(order, random) : blockAt(order, random));
    // Xen lets Dom0 go up to order 18, which is all its memory: never from a frame that it has.
    else argument.u64(at, random.pick(ODD_FRAMES));
  }
  return argument.call(12, cmd | (start << 6));
}

function anywhere(order: number, random: Random): number {
  return random.below(512 - (1 << order) + 1);
}

function blockAt(order: number, random: Random): number {
  return random.below(512 >> order) << order;
}

function mapGrants(random: Random, state: SequenceState): string[] {
  const count = random.pick([0, 1, 1, 1, 1, 2, 3, 6]);
  const argument = new Argument(32 * Math.max(count, 1));
  for (let i = 0; i < count; i++) {
    const at = 32 * i;
    if (random.once(40)) argument.u64(at, (random.pick(ODD_FRAMES) << 12n) & 0xffffffffffffffffn);
    else if (random.once(6)) argument.address(at, BLOCK, random.below(512), 0);
    else
      argument.address(
        at,
        random.below(OWN + GRANTED + EXTENDED),
        0,
        random.once(20) ? random.below(4096) : 0,
      );
    argument.u32(
      at + 8,
      random.once(10) ? random.pick([0, 1, 3, 4, 8, 10, 18, 0x10002, 0x20000]) : random.pick([2, 2, 2, 6]),
    );
    if (random.once(15)) argument.u32(at + 12, random.pick([0, 1, 600000, 0xffffffff]));
    else argument.ref(at + 12, random.below(REFS));
    argument.u16(at + 16, random.once(15) ? random.pick([DOMID_SELF, 77, 0x7ff1]) : 0);
    argument.u16(at + 18, 0x7f7f);
    argument.u32(at + 20, 0xfefefefe);
    argument.u64(at + 24, 0xfefefefefefefefen);
    argument.fills(at, state.nextSlot++ % SLOTS);
  }
  return argument.call(20, 0, count);
}

/** Slots of the executor. */
const SLOTS = 4096;

function putUnmap(argument: Argument, at: number, random: Random, state: SequenceState): void {
  const back = random.once(3) ? 24 : 8;
  const slot = Math.max(0, state.nextSlot - 1 - random.below(back)) % SLOTS;
  if (!random.once(20)) argument.slotAddress(at, slot);
  if (random.once(20)) argument.u32(at + 16, random.pick([0x7ffffff1, 0xffffffff]));
  else argument.handle(at + 16, slot);
  argument.u16(at + 20, 0x7f7f);
}

function unmapGrants(random: Random, state: SequenceState): string[] {
  const count = random.pick([0, 1, 1, 1, 1, 2, 3, 6]);
  const argument = new Argument(24 * Math.max(count, 1));
  for (let i = 0; i < count; i++) {
    putUnmap(argument, 24 * i, random, state);
    const slot = argument.lastSlot;
    if (random.once(10)) argument.u64(24 * i + 8, 0x12345000n);
    if (slot >= 0) argument.ends(24 * i, slot);
  }
  return argument.call(20, 1, count);
}

function unmapAndReplace(random: Random, state: SequenceState): string[] {
  const argument = new Argument(24);
  putUnmap(argument, 0, random, state);
  // new_addr 0 is an unmap: the executor would not see that its slot ended.
  argument.frame(8, random.below(OWN), 1);
  return argument.call(20, 7, 1);
}

function addToPhysmap(random: Random): string[] {
  const argument = new Argument(24);
  argument.u16(0, random.pick(DOMIDS));
  const space = random.pick([0, 1, 1, 1, 1, 2, 3, 4, 6]);
  argument.u16(2, space === 3 ? random.below(2) : 0);
  argument.u32(4, space);
  argument.u64(8, BigInt(space === 1 ? random.pick([40, 41, 42, 43, 43, 63, 64, 4000]) : random.below(2)));
  putFrame(argument, 16, random);
  return argument.call(12, 7 | (random.once(30) ? 1 << 6 : 0));
}

function removeFromPhysmap(random: Random): string[] {
  const argument = new Argument(16);
  argument.u16(0, random.pick(DOMIDS));
  putFrame(argument, 8, random);
  return argument.call(12, 15 | (random.once(40) ? 1 << 6 : 0));
}

function addBatch(random: Random): string[] {
  const count = random.below(5);
  const argument = new Argument(LISTS_AT + 24 * Math.max(count, 1));
  const space = random.pick([0, 1, 1, 2, 3, 4, 4]);
  argument.u16(0, random.pick(DOMIDS));
  argument.u16(2, space);
  argument.u16(4, count);
  argument.u16(6, space === 4 ? random.pick([77, 0, DOMID_SELF, 0x7ff4]) : 0);
  argument.pointer(8, LISTS_AT);
  argument.pointer(16, LISTS_AT + 8 * count);
  argument.pointer(24, LISTS_AT + 16 * count);
  for (let i = 0; i < count; i++) {
    argument.u64(LISTS_AT + 8 * i, BigInt(random.pick([40, 41, 42, 64, 0])));
    putFrame(argument, LISTS_AT + 8 * (count + i), random);
    argument.u32(LISTS_AT + 16 * count + 4 * i, 0x5a5a);
  }
  return argument.call(12, 23 | (random.once(30) ? 1 << 6 : 0));
}

function memoryQuery(random: Random): string[] {
  const argument = new Argument(8);
  argument.u16(0, random.pick(DOMIDS));
  return argument.call(12, random.pick([2, 3, 4, 14, 3]) | (random.once(20) ? 1 << 6 : 0));
}

function exchange(random: Random): string[] {
  const argument = new Argument(LISTS_AT + 32);
  for (const at of [0, 32]) {
    argument.pointer(at, LISTS_AT + at / 2);
    argument.u64(at + 8, BigInt(random.below(2)));
    argument.u16(at + 24, DOMID_SELF);
    putFrame(argument, LISTS_AT + at / 2, random);
  }
  return argument.call(12, 11 | (random.once(10) ? 1 << 6 : 0));
}

function claim(random: Random): string[] {
  const argument = new Argument(32);
  argument.u64(8, BigInt(random.pick([0, 1])));
  argument.u32(16, random.once(3) ? 1 : 0);
  argument.u16(24, DOMID_SELF);
  return argument.call(12, 24 | (random.once(10) ? 1 << 6 : 0));
}

function acquire(random: Random): string[] {
  const argument = new Argument(LISTS_AT + 8);
  argument.u16(0, random.pick([0, 77, DOMID_SELF]));
  argument.u16(2, random.pick([0, 1, 9]));
  argument.u32(8, 1);
  argument.u32(12, random.once(5) ? 1 : 0);
  argument.pointer(24, LISTS_AT);
  putFrame(argument, LISTS_AT, random);
  return argument.call(12, 28);
}

function putRef(argument: Argument, at: number, random: Random): void {
  if (random.once(10)) argument.u32(at, REF_OF_NONE);
  else argument.ref(at, random.below(REFS));
}

function copy(random: Random): string[] {
  const argument = new Argument(40);
  const sourceIsRef = random.once(2);
  if (sourceIsRef) putRef(argument, 0, random);
  else putFrame(argument, 0, random);
  argument.u16(
    8,
    sourceIsRef ? random.pick([0, 0, DOMID_SELF, 77]) : random.pick([DOMID_SELF, DOMID_SELF, 0]),
  );
  argument.u16(10, 8);
  const destIsRef = random.once(4);
  if (destIsRef) putRef(argument, 16, random);
  else argument.frame(16, random.below(OWN), 0);
  argument.u16(
    24,
    destIsRef ? random.pick([0, 0, DOMID_SELF, 77]) : random.pick([DOMID_SELF, DOMID_SELF, DOMID_SELF, 0]),
  );
  // Behind the tag, which the executor reads.
  argument.u16(26, 2048);
  argument.u16(32, random.pick([0, 8, 64, 3000]));
  argument.u16(34, (sourceIsRef ? 1 : 0) | (destIsRef ? 2 : 0));
  argument.u16(36, 0x7f7f);
  return argument.call(20, 5, 1);
}

function grantQuery(random: Random): string[] {
  const argument = new Argument(24);
  const cmd = random.pick([6, 6, 10, 3, 8]);
  argument.u16(0, random.pick([DOMID_SELF, 0, 77]));
  if (cmd === 8) argument.u32(0, random.pick([1, 2, 3]));
  return argument.call(20, cmd, cmd === 6 && random.once(5) ? 2 : 1);
}

function swap(random: Random): string[] {
  const argument = new Argument(12);
  argument.u32(0, random.pick([600000, 700000]));
  argument.u32(4, 600000);
  return argument.call(20, 11, 1);
}

function cacheFlush(random: Random): string[] {
  const argument = new Argument(16);
  argument.address(0, random.below(OWN), 0, 0);
  argument.u16(8, random.pick([0, 64, 4096]));
  argument.u16(10, random.pick([0, 64, 4096]));
  argument.u32(12, random.pick([0, 1, 2, 3, 4]));
  return argument.call(20, 12, 1);
}

function transfer(random: Random): string[] {
  const argument = new Argument(24);
  putFrame(argument, 0, random);
  return argument.call(20, 4, 1);
}

/** Sub-ops that Arm lacks, and pointers that lead nowhere. */
function oddCall(random: Random): string[] {
  const argument = new Argument(32);
  if (random.once(2))
    return argument.call(12, random.pick([5, 9, 10, 12, 13, 16, 17, 18, 19, 20, 22, 25, 40, 63]));
  return argument.callAt(random.pick([12, 20]), random.pick([1, 0, 7, 15]), "0x10", 1);
}
