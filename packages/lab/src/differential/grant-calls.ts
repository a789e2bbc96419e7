import {
  DOMID_IO,
  DOMID_SELF,
  GRANT_TABLE_OP,
  GrantTableOp,
  PAGE_SHIFT,
  PAGE_SIZE,
} from "@xgt/hypercall-abi";
import { Argument, type ScriptStep } from "./argument.ts";
import {
  BLOCK,
  FREE_REFS,
  LISTS_AT,
  ODD_FRAMES,
  OWN,
  PEER_REFS,
  putFrame,
  REF_OF_NONE,
  REFS,
} from "./call-frames.ts";
import type { Random } from "./random.ts";
import type { SequenceState, WeightedCalls } from "./random-call.ts";

/** Slots of the executor. */
const SLOTS = 4096;
/** What maps at address 0 can never be unmapped: there an unmap's address means nothing to unmap. */
const HOST_FRAMES = ODD_FRAMES.filter((frame) => frame !== 0n);
/** Grant-table frames that setup_table asks for at most. */
const SETUP_FRAMES_MAX = 40;

function mapGrants(random: Random, state: SequenceState): ScriptStep {
  const count = random.pick([0, 1, 1, 1, 1, 2, 3, 6]);
  const argument = new Argument(32 * Math.max(count, 1));
  for (let i = 0; i < count; i++) putMap(argument, 32 * i, random, state);
  return argument.call(GRANT_TABLE_OP, GrantTableOp.map_grant_ref, count);
}

function putMap(argument: Argument, at: number, random: Random, state: SequenceState): void {
  if (random.once(40))
    argument.u64(at, (random.pick(HOST_FRAMES) << BigInt(PAGE_SHIFT)) & 0xffffffffffffffffn);
  else if (random.once(6)) argument.address(at, BLOCK, random.below(512), 0);
  else argument.address(at, random.below(BLOCK), 0, random.once(20) ? random.below(PAGE_SIZE) : 0);
  argument.u32(
    at + 8,
    random.once(10) ? random.pick([0, 1, 3, 4, 8, 10, 18, 0x10002, 0x20000]) : random.pick([2, 2, 2, 6]),
  );
  if (random.once(4)) {
    argument.u32(at + 12, random.pick(PEER_REFS));
    argument.u16(at + 16, state.caller.peer.domid);
  } else {
    if (random.once(15)) argument.u32(at + 12, random.pick([0, 1, 600000, 0xffffffff]));
    else putOwnRef(argument, at + 12, random);
    argument.u16(at + 16, random.once(15) ? random.pick([DOMID_SELF, 77, DOMID_IO]) : state.caller.self);
  }
  argument.u16(at + 18, 0x7f7f);
  argument.u32(at + 20, 0xfefefefe);
  argument.u64(at + 24, 0xfefefefefefefefen);
  argument.fills(at, state.nextSlot++ % SLOTS);
}

/** A ref of this domain's table that may have been swapped. */
function putOwnRef(argument: Argument, at: number, random: Random): void {
  if (random.once(12)) argument.u32(at, random.pick(FREE_REFS));
  else argument.ref(at, random.below(REFS));
}

function putUnmap(argument: Argument, at: number, random: Random, state: SequenceState): void {
  const back = random.once(3) ? 24 : 8;
  const slot = Math.max(0, state.nextSlot - 1 - random.below(back)) % SLOTS;
  if (!random.once(20)) argument.slotAddress(at, slot);
  if (random.once(20)) argument.u32(at + 16, random.pick([0x7ffffff1, 0xffffffff]));
  else argument.handle(at + 16, slot);
  argument.u16(at + 20, 0x7f7f);
}

function unmapGrants(random: Random, state: SequenceState): ScriptStep {
  const count = random.pick([0, 1, 1, 1, 1, 2, 3, 6]);
  const argument = new Argument(24 * Math.max(count, 1));
  for (let i = 0; i < count; i++) {
    putUnmap(argument, 24 * i, random, state);
    const slot = argument.lastSlot;
    if (random.once(10)) argument.u64(24 * i + 8, 0x12345000n);
    if (slot >= 0) argument.ends(24 * i, slot);
  }
  return argument.call(GRANT_TABLE_OP, GrantTableOp.unmap_grant_ref, count);
}

function unmapAndReplace(random: Random, state: SequenceState): ScriptStep {
  const argument = new Argument(24);
  putUnmap(argument, 0, random, state);
  // new_addr 0 is an unmap: the executor would not see that its slot ended.
  argument.frame(8, random.below(OWN), 1);
  return argument.call(GRANT_TABLE_OP, GrantTableOp.unmap_and_replace, 1);
}

function putRef(argument: Argument, at: number, random: Random): void {
  if (random.once(10)) argument.u32(at, REF_OF_NONE);
  else argument.ref(at, random.below(REFS));
}

function copy(random: Random, { caller }: SequenceState): ScriptStep {
  const { self, peer } = caller;
  const argument = new Argument(40);
  const sourceIsRef = random.once(2);
  if (sourceIsRef) putRef(argument, 0, random);
  else putFrame(argument, 0, random);
  argument.u16(
    8,
    sourceIsRef ? random.pick([self, self, DOMID_SELF, 77]) : random.pick([DOMID_SELF, DOMID_SELF, self]),
  );
  if (sourceIsRef && random.once(4)) {
    argument.u32(0, random.pick(PEER_REFS));
    argument.u16(8, peer.domid);
  }
  argument.u16(10, 8);
  const destIsRef = random.once(4);
  if (destIsRef) putRef(argument, 16, random);
  else argument.frame(16, random.below(OWN), 0);
  argument.u16(
    24,
    destIsRef
      ? random.pick([self, self, DOMID_SELF, 77])
      : random.pick([DOMID_SELF, DOMID_SELF, DOMID_SELF, self]),
  );
  // Behind the tag, which the executor reads.
  argument.u16(26, 2048);
  argument.u16(32, random.pick([0, 8, 64, 3000]));
  argument.u16(34, (sourceIsRef ? 1 : 0) | (destIsRef ? 2 : 0));
  argument.u16(36, 0x7f7f);
  return argument.call(GRANT_TABLE_OP, GrantTableOp.copy, 1);
}

/** The first is asked for twice as often. */
const QUERIES = [
  GrantTableOp.query_size,
  GrantTableOp.query_size,
  GrantTableOp.get_version,
  GrantTableOp.dump_table,
  GrantTableOp.set_version,
  GrantTableOp.setup_table,
  GrantTableOp.get_status_frames,
];

function grantQuery(random: Random, { caller }: SequenceState): ScriptStep {
  const argument = new Argument(LISTS_AT + 8 * SETUP_FRAMES_MAX);
  const cmd = random.pick(QUERIES);
  argument.u16(0, random.pick([DOMID_SELF, caller.self, 77, caller.peer.domid]));
  if (cmd === GrantTableOp.set_version) argument.u32(0, random.pick([1, 2, 3]));
  if (cmd === GrantTableOp.setup_table) {
    argument.u32(4, random.pick([0, 1, 8, 9, SETUP_FRAMES_MAX, 65]));
    argument.pointer(16, LISTS_AT);
  } else if (cmd === GrantTableOp.get_status_frames) {
    argument.u16(4, random.pick([DOMID_SELF, caller.self, 77, caller.peer.domid]));
    argument.u32(0, random.below(2));
    argument.pointer(8, LISTS_AT);
  }
  return argument.call(GRANT_TABLE_OP, cmd, cmd === GrantTableOp.query_size && random.once(5) ? 2 : 1);
}

function swap(random: Random): ScriptStep {
  const count = random.pick([1, 1, 1, 2, 3]);
  const argument = new Argument(12 * count);
  for (let i = 0; i < count; i++) {
    for (const at of [12 * i, 12 * i + 4]) {
      if (random.once(15)) argument.u32(at, 600_000);
      else putOwnRef(argument, at, random);
    }
    argument.u16(12 * i + 8, 0x7f7f);
    argument.swaps(12 * i);
  }
  return argument.call(GRANT_TABLE_OP, GrantTableOp.swap_grant_ref, count);
}

function cacheFlush(random: Random): ScriptStep {
  const argument = new Argument(16);
  argument.address(0, random.below(OWN), 0, 0);
  argument.u16(8, random.pick([0, 64, PAGE_SIZE]));
  argument.u16(10, random.pick([0, 64, PAGE_SIZE]));
  argument.u32(12, random.pick([0, 1, 2, 3, 4]));
  return argument.call(GRANT_TABLE_OP, GrantTableOp.cache_flush, 1);
}

function transfer(random: Random): ScriptStep {
  const argument = new Argument(24);
  putFrame(argument, 0, random);
  return argument.call(GRANT_TABLE_OP, GrantTableOp.transfer, 1);
}

/** Calls of grant_table_op. */
export const grantCalls: WeightedCalls = [
  [22, mapGrants],
  [22, unmapGrants],
  [6, copy],
  [3, grantQuery],
  [4, swap],
  [2, cacheFlush],
  [1, transfer],
  [2, unmapAndReplace],
];
