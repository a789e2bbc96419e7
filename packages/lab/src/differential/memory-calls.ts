import { DOMID_INVALID, DOMID_SELF, MapSpace, MEMOP_CMD_BITS, MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import { Argument, type ScriptStep } from "./argument.ts";
import { BLOCK, BLOCK_ORDER, deviceFrame, FRAMES_BEYOND, LISTS_AT, putFrame } from "./call-frames.ts";
import { type Caller, peerGfns } from "./caller.ts";
import type { Random } from "./random.ts";
import type { SequenceState, WeightedCalls } from "./random-call.ts";

/** Each as often as it is listed. */
const { decrease_reservation: decrease, populate_physmap: populate } = MemoryOp;
const RESERVATIONS = [
  ...[decrease, decrease, decrease],
  ...[populate, populate, populate, populate],
  MemoryOp.increase_reservation,
];
/** Xen removes a block's frames one by one, which takes as long as hundreds of other calls. */
const ORDERS = [1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 9, 18, 19, 64];
const QUERIES = [
  MemoryOp.maximum_ram_page,
  MemoryOp.current_reservation,
  MemoryOp.maximum_reservation,
  MemoryOp.maximum_gpfn,
  MemoryOp.current_reservation,
];

function reservation(random: Random, { caller }: SequenceState): ScriptStep {
  const cmd = random.pick(RESERVATIONS);
  const order = random.once(6) ? random.pick(ORDERS) : 0;
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
  argument.u16(24, random.pick(caller.domids));
  for (let i = 0; i < count; i++) {
    const at = LISTS_AT + 8 * i;
    if (order === 0) putFrame(argument, at, random);
    else if (order <= BLOCK_ORDER)
      argument.frame(at, BLOCK, random.once(6) ? anywhere(order, random) : blockAt(order, random));
    // Xen lets Dom0 go up to order 18, which is all its memory: never from a frame that it may have.
    else argument.u64(at, random.pick(FRAMES_BEYOND));
  }
  return argument.call(MEMORY_OP, cmd | (start << MEMOP_CMD_BITS));
}

function anywhere(order: number, random: Random): number {
  return random.below(512 - (1 << order) + 1);
}

function blockAt(order: number, random: Random): number {
  return random.below(512 >> order) << order;
}

/** An index that means something in a space. */
function indexIn(space: number, random: Random, caller: Caller): bigint {
  switch (space) {
    case MapSpace.grantTable:
      return BigInt(random.pick([40, 41, 42, 43, 43, 63, 64, 4000, 0x80000001]));
    case MapSpace.gmfnForeign:
      return random.pick(peerGfns(caller.peer));
    case MapSpace.devMmio:
      return deviceFrame(random, caller);
    default:
      return BigInt(random.below(2));
  }
}

function addToPhysmap(random: Random, { caller }: SequenceState): ScriptStep {
  const argument = new Argument(24);
  const space = random.pick([0, 1, 1, 1, 1, 2, 3, 4, 5, 5, 6]);
  argument.u16(
    0,
    random.pick(space === MapSpace.devMmio ? [...caller.domids, caller.peer.domid] : caller.domids),
  );
  argument.u16(2, space === MapSpace.gmfnRange ? random.below(2) : 0);
  argument.u32(4, space);
  argument.u64(8, indexIn(space, random, caller));
  putFrame(argument, 16, random);
  return argument.call(MEMORY_OP, MemoryOp.add_to_physmap | (random.once(30) ? 1 << MEMOP_CMD_BITS : 0));
}

function removeFromPhysmap(random: Random, { caller }: SequenceState): ScriptStep {
  const argument = new Argument(16);
  argument.u16(0, random.pick(caller.domids));
  putFrame(argument, 8, random);
  return argument.call(MEMORY_OP, MemoryOp.remove_from_physmap | (random.once(40) ? 1 << MEMOP_CMD_BITS : 0));
}

function addBatch(random: Random, { caller }: SequenceState): ScriptStep {
  const count = random.below(5);
  const peer = caller.peer.domid;
  const argument = new Argument(LISTS_AT + 24 * Math.max(count, 1));
  const space = random.pick([0, 1, 1, 2, 3, 4, 4, 4, 5, 5]);
  argument.u16(0, random.pick(caller.domids));
  argument.u16(2, space);
  argument.u16(4, count);
  if (space === MapSpace.gmfnForeign)
    argument.u16(6, random.pick([peer, peer, peer, peer, 77, caller.self, DOMID_SELF, DOMID_INVALID]));
  else if (space === MapSpace.devMmio) argument.u16(6, random.once(8) ? 1 : 0);
  argument.pointer(8, LISTS_AT);
  argument.pointer(16, LISTS_AT + 8 * count);
  argument.pointer(24, LISTS_AT + 16 * count);
  for (let i = 0; i < count; i++) {
    argument.u64(LISTS_AT + 8 * i, space === 0 ? 0n : indexIn(space, random, caller));
    putFrame(argument, LISTS_AT + 8 * (count + i), random);
    argument.u32(LISTS_AT + 16 * count + 4 * i, 0x5a5a);
  }
  return argument.call(
    MEMORY_OP,
    MemoryOp.add_to_physmap_batch | (random.once(30) ? 1 << MEMOP_CMD_BITS : 0),
  );
}

function memoryQuery(random: Random, { caller }: SequenceState): ScriptStep {
  const argument = new Argument(8);
  argument.u16(0, random.pick([...caller.domids, caller.peer.domid]));
  return argument.call(MEMORY_OP, random.pick(QUERIES) | (random.once(20) ? 1 << MEMOP_CMD_BITS : 0));
}

function exchange(random: Random): ScriptStep {
  const argument = new Argument(LISTS_AT + 32);
  for (const at of [0, 32]) {
    argument.pointer(at, LISTS_AT + at / 2);
    argument.u64(at + 8, BigInt(random.below(2)));
    argument.u16(at + 24, DOMID_SELF);
    putFrame(argument, LISTS_AT + at / 2, random);
  }
  return argument.call(MEMORY_OP, MemoryOp.exchange | (random.once(10) ? 1 << MEMOP_CMD_BITS : 0));
}

function claim(random: Random): ScriptStep {
  const argument = new Argument(32);
  argument.u64(8, BigInt(random.pick([0, 1])));
  argument.u32(16, random.once(3) ? 1 : 0);
  argument.u16(24, DOMID_SELF);
  return argument.call(MEMORY_OP, MemoryOp.claim_pages | (random.once(10) ? 1 << MEMOP_CMD_BITS : 0));
}

/** Frames of the second domain's grant table, mostly. */
function acquire(random: Random, { caller }: SequenceState): ScriptStep {
  const { domid: peer, grantFrames } = caller.peer;
  const count = random.pick([0, 1, 1, 1, 2, 3, 5]);
  const argument = new Argument(LISTS_AT + 8 * Math.max(count, 1));
  argument.u16(0, random.pick([peer, peer, peer, peer, peer, peer, caller.self, 77, DOMID_SELF]));
  argument.u16(2, random.once(10) ? random.pick([0, 2, 9]) : 1);
  argument.u32(4, random.once(20) ? 1 : 0);
  argument.u32(8, count);
  argument.u32(12, random.once(20) ? 1 : 0);
  argument.u64(16, BigInt(random.once(10) ? grantFrames : random.below(grantFrames)));
  if (!random.once(10)) argument.pointer(24, LISTS_AT);
  for (let i = 0; i < count; i++) putFrame(argument, LISTS_AT + 8 * i, random);
  return argument.call(MEMORY_OP, MemoryOp.acquire_resource | (random.once(20) ? 1 << MEMOP_CMD_BITS : 0));
}

/** Calls of memory_op. */
export const memoryCalls: WeightedCalls = [
  [30, reservation],
  [7, addToPhysmap],
  [7, removeFromPhysmap],
  [8, addBatch],
  [4, memoryQuery],
  [2, exchange],
  [2, claim],
  [6, acquire],
];
