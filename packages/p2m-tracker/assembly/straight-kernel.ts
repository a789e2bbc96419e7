// AssemblyScript: the WebAssembly twin of src/straight, for the events that make nearly all of a long log: DMA of one segment,
// entries of the guest's own table, maps and unmaps of grants. tools/make-wasm.mjs builds it. It works on the columns of the
// state as src/state has them; where they lie stands at the beginning of the memory (src/memory/kernel-slots.ts). Each event is
// looked at first and changes the state only where all of it may pass; where it is not sure, or a column has no room left, the
// run ends before the event, which then goes the way of src/straight.
import {
  AUX_AT, BANKS, BANKS_AT, BY_BUS, BY_GFN, BY_PHYS, CALL_AT, CALL_FRAMES_BOUND, CALL_KINDS, CALL_RUNS_AT, CALL_RUNS_MAX,
  CAME_PAGES, CMD_AT, DECREASES, DECREASE_CMD, DECREASE_NR, DECREASE_WORDS, DEVICES, DEVICES_AT, DIRECTORY_AT, DMAS,
  DMA_BUS_AT, DMA_DEV_AT, DMA_DIRECTION_AT, DMA_DOMID_AT, DMA_EVENT_AT, DMA_FREE, DMA_HIGHEST, DMA_LOWEST, DMA_MAX, DMA_PAGES,
  DMA_PAGES_BOUND, DMA_PHYS_AT, DMA_SERIAL, DMA_SERIAL_AT, DMA_SIZE_AT, DMA_USED, DOMID, DOMID_AT, DOUBTS, END_FRAME, END_IN,
  END_OUT, END_PLACE, END_UNIFORM, ENTRIES, EVENT, EVENTS_AT, EXCEPTIONS, EXCEPTIONS_PEAK, FIRST_FRAME, FIRST_IN, FIRST_OUT,
  FIRST_PLACE, FIRST_RESERVED_DOMID, FLAGS_AT, FORGOTTEN_UNTIL, GONE_EVENTS_AT, GONE_MFNS_AT, GRANTERS_AT, GROUPS, GROUPS_MAX,
  GUEST_COUNT, GUEST_ENTRIES_BOUND, GUEST_EVENTS_AT, GUEST_LATEST, GUEST_MFNS_AT, GUEST_OUTSIDE, GUEST_SEEN, HANDLES,
  HANDLES_BOUND, HANDLES_MAX, HANDLE_FLAGS_AT, HANDLE_GFN_AT, HANDLE_GRANTER_AT, HANDLE_MAPPED_AT, HANDLE_MAP_EVENT_AT,
  HANDLE_MFN_AT, HANDLE_REF_AT, HANDLE_RELEASE_EVENT_AT, HANDLE_STATE_AT, HAS_BY_PHYS, HIGHEST_GFN, IGNORES_BUS,
  IS_DIRECT_MAPPED, KINDS_AT, KIND_AT, LAST_CALL, LATEST_UNIFORM, LEAVES_LEFT, LEAVES_OF_AT, LEAVES_TAKEN, LIVE, LIVE_BY_MFN,
  LIVE_PEAK, LOST_PAGES, MAPS, MAP_ADDRESS, MAP_BUS, MAP_CMD, MAP_DOM, MAP_FLAGS, MAP_HANDLE, MAP_IN_WORDS, MAP_NR,
  MAP_OUT_WORDS, MAP_REF, MAP_STATUS, MAY_DECREASE, MAY_DMA, MAY_ENTRY, MAY_GRANT_COME, MAY_GRANT_GO, MAY_LEAVE_UNKNOWN,
  MAY_MAP, MAY_POPULATE, MAY_UNMAP, MFNS_AT, MISSING, NEXT_UNIFORM, NOTED_FRAMES_BOUND, NOTES, NOTES_MAX, NOTES_OLDEST,
  NOTES_PER_FRAME, NOTE_EVENTS_AT, NOTE_FRAMES_AT, NOTE_OF, NR_AT, OPENED, OPERATIONS, OPS_AT, OPS_MAX, OP_BYTES, OUTLIVED,
  OUTLIVED_AT, OUTLIVED_BYTES, OUTLIVED_MAX, PAYLOAD_AT, PID_AT, PINS, POPULATES, POPULATE_CMD, POPULATE_WORDS, RANGES,
  RANGES_AT, REACHED_END, READ_ONLY, READ_ONLY_EVENT, READ_ONLY_GFN, REFUSED, RESERVATION_COUNT, RESERVATION_DOMID,
  RESERVATION_FLAGS, RESERVATION_ORDER, RET_AT, RUNS, RUNS_AT, RUNS_MAX, RUN_BYTES, SEGMENT_PAGES_BOUND, SELF, SOURCE,
  SOURCE_AT, START_AT, TOUCHED, TOUCHED_EVENT, TOUCHED_GFN, UNDER_WAY, UNDER_WAY_AT, UNIFORM_FREE, UNKNOWN_PAGES, UNMAPS,
  UNMAP_ADDRESS, UNMAP_BUS, UNMAP_CMD, UNMAP_HANDLE, UNMAP_IN_WORDS, UNMAP_OUT_WORDS, UNMAP_STATUS, UNSEEN_MAPS,
  UNSEEN_UNMAPS, WORDS_AT,
} from "../src/memory/kernel-slots";
import {
  ASKS_RULE, CALL_HALVES, DMA_DEVICE, DMA_PAGE, DMA_SEGMENT, ENTRY_FRAME, GRANT_FRAME, NO_ROOM, OTHER_CALL, OTHER_ROW,
  OWN_FRAME, UNDER_DMA, UNUSUAL,
} from "../src/memory/refusal-reasons";

// EventKind, Recorded (@xgt/hypercall-log); FrameKind, EntryFlag, HandleState (src/state).
const ENTER: i32 = 1;
const EXIT: i32 = 2;
const GUEST_ENTRY: i32 = 3;
const DMA: i32 = 4;
const FIELDS: i32 = 1;
const UNKNOWN: i32 = 1;
const HOLE: i32 = 2;
const OWN: i32 = 3;
const GRANT: i32 = 4;
const READ_ONLY_FLAG: i32 = 1;
const BALLOONED: i32 = 2;
const LINEAGE: i32 = 6;
const LIVE_HANDLE: i32 = 1;
const RELEASED_HANDLE: i32 = 2;
/** Flags of a map (xen/include/public/grant_table.h). */
const GNTMAP_HOST: u64 = 2;
const GNTMAP_READONLY: u64 = 4;

/** `mfn` and `aux` that are not known. */
const NOT_KNOWN: f64 = -1;
/** gfns of which the directory knows. */
const DIRECTORY_END: u64 = 1 << 36;
/** Whole numbers that the caller's numbers hold. */
const EXACT: u64 = 1 << 53;
const FRAMES_END: u64 = 1 << 52;
const LEAF: i32 = 64;
/** What a page of a DMA asks for; WRONG: it must not pass. */
const WRONG: i32 = -1;
const PLAIN: i32 = 1;
const DEVICE: i32 = 2;
const COUNT: i32 = 4;
/** Words of a DMA's payload: unmap, direction, device, segments; then the first segment. */
const SEGMENT: usize = 24;
/** Slots of one key that are looked at. */
const LINKS_WALKED: i32 = 64;
/** Bytes of a call's payload before its rows: recorded, rows, count. */
const ROWS_AT: usize = 16;

@inline
function int(slot: i32): i32 {
  return load<i32>(<usize>slot * 8);
}
@inline
function setInt(slot: i32, value: i32): void {
  store<i32>(<usize>slot * 8, value);
}
@inline
function num(slot: i32): f64 {
  return load<f64>(<usize>slot * 8);
}
@inline
function setNum(slot: i32, value: f64): void {
  store<f64>(<usize>slot * 8, value);
}
/** Values of columns: the slot holds the column's address. */
@inline
function f64At(slot: i32, index: i32): f64 {
  return load<f64>(<usize>int(slot) + (<usize>index << 3));
}
@inline
function setF64(slot: i32, index: i32, value: f64): void {
  store<f64>(<usize>int(slot) + (<usize>index << 3), value);
}
/** Numbers in two columns of 32 bits (src/memory/pair-column.ts): a slot holds the addresses of both. */
@inline
function pairAt(slot: i32, index: i32): f64 {
  const lower = load<u32>(<usize>int(slot) + (<usize>index << 2));
  const upper = load<u32>(<usize>load<i32>(<usize>slot * 8, 4) + (<usize>index << 2));
  return <f64>(<i64>((<u64>upper << 32) | <u64>lower));
}
@inline
function setPair(slot: i32, index: i32, value: f64): void {
  const whole = <u64>(<i64>value);
  store<u32>(<usize>int(slot) + (<usize>index << 2), <u32>whole);
  // Nearly always a zero already: what is not written takes no memory.
  const upper = <usize>load<i32>(<usize>slot * 8, 4) + (<usize>index << 2);
  if (load<u32>(upper) !== <u32>(whole >> 32)) store<u32>(upper, <u32>(whole >> 32));
}
/** Frames, of which zeros stand for NOT_KNOWN. */
@inline
function frameAt(slot: i32, index: i32): f64 {
  return pairAt(slot, index) - 1.0;
}
@inline
function setFrame(slot: i32, index: i32, mfn: f64): void {
  setPair(slot, index, mfn + 1.0);
}
@inline
function i32At(slot: i32, index: i32): i32 {
  return load<i32>(<usize>int(slot) + (<usize>index << 2));
}
@inline
function setI32(slot: i32, index: i32, value: i32): void {
  store<i32>(<usize>int(slot) + (<usize>index << 2), value);
}
@inline
function u8At(slot: i32, index: i32): i32 {
  return <i32>load<u8>(<usize>int(slot) + <usize>index);
}
@inline
function setU8(slot: i32, index: i32, value: i32): void {
  store<u8>(<usize>int(slot) + <usize>index, <u8>value);
}

// ---- Tables from numbers to numbers (src/state/number-table.ts), of keys that are not NaN. Words 0 to 7 of a table: keys, values,
// entries, mask, shift, low factor, high factor.

@inline
function word(table: i32, index: i32): i32 {
  return load<i32>(<usize>table * 8 + (<usize>index << 2));
}
@inline
function setWord(table: i32, index: i32, value: i32): void {
  store<i32>(<usize>table * 8 + (<usize>index << 2), value);
}
/** What JavaScript's `x | 0` gives, of numbers of any size. */
function toInt32(x: f64): i32 {
  if (x > -9.0e18 && x < 9.0e18) return <i32>(<i64>x);
  const bits = reinterpret<u64>(x);
  const shift = ((bits >> 52) & 0x7ff) - 1075;
  if (shift >= 32) return 0;
  const low = <i32>(((bits & 0xfffffffffffff) | 0x10000000000000) << shift);
  return bits >> 63 === 0 ? low : -low;
}
@inline
function home(table: i32, key: f64): i32 {
  const low = toInt32(key);
  const high = toInt32(key / 4294967296.0);
  return <i32>(<u32>(low * word(table, 5) + high * word(table, 6)) >>> word(table, 4));
}
/** Place of a key; -1: it is not there. */
function placeOf(table: i32, key: f64): i32 {
  const keys = <usize>word(table, 0);
  const mask = word(table, 3);
  let at = home(table, key);
  let there = load<f64>(keys + (<usize>at << 3));
  while (there !== key) {
    if (there !== there) return -1;
    at = (at + 1) & mask;
    there = load<f64>(keys + (<usize>at << 3));
  }
  return at;
}
@inline
function has(table: i32, key: f64): bool {
  return placeOf(table, key) >= 0;
}
@inline
function get(table: i32, key: f64, absent: f64): f64 {
  const at = placeOf(table, key);
  return at < 0 ? absent : load<f64>(<usize>word(table, 1) + (<usize>at << 3));
}
/** Sets the value of a key; there is room for it. */
function set(table: i32, key: f64, value: f64): void {
  const keys = <usize>word(table, 0);
  const mask = word(table, 3);
  let at = home(table, key);
  let there = load<f64>(keys + (<usize>at << 3));
  while (there !== key) {
    if (there !== there) {
      store<f64>(keys + (<usize>at << 3), key);
      setWord(table, 2, word(table, 2) + 1);
      break;
    }
    at = (at + 1) & mask;
    there = load<f64>(keys + (<usize>at << 3));
  }
  store<f64>(<usize>word(table, 1) + (<usize>at << 3), value);
}
/** Whether so many keys more fit in before the table has to grow. */
@inline
function hasRoom(table: i32, keys: i32): bool {
  return (word(table, 2) + keys) * 2 <= word(table, 3);
}
function remove(table: i32, key: f64): void {
  const keys = <usize>word(table, 0);
  const values = <usize>word(table, 1);
  const mask = word(table, 3);
  let free = placeOf(table, key);
  if (free < 0) return;
  for (let next = (free + 1) & mask; ; next = (next + 1) & mask) {
    const there = load<f64>(keys + (<usize>next << 3));
    if (there !== there) break;
    if (((next - home(table, there)) & mask) < ((next - free) & mask)) continue;
    store<f64>(keys + (<usize>free << 3), there);
    store<f64>(values + (<usize>free << 3), load<f64>(values + (<usize>next << 3)));
    free = next;
  }
  store<f64>(keys + (<usize>free << 3), NaN);
  setWord(table, 2, word(table, 2) - 1);
}
/** Whether a key has this value. */
@inline
function isOnly(table: i32, key: f64, value: i32): bool {
  return get(table, key, -1) === <f64>value;
}

// ---- Slots by key, several of one key (src/state/slot-table.ts). Words 7 to 10 of a table, further: links, those used so far, room
// for them, the latest that is free again. What stands for a key is its only slot, or -2 - the link of its newest one.

@inline
function linkAt(table: i32, link: i32): usize {
  return <usize>word(table, 7) + (<usize>link << 3);
}
/** The newest slot of a key; -1: it has none. */
@inline
function newest(table: i32, key: f64): i32 {
  const end = <i32>get(table, key, -1);
  return end < -1 ? load<i32>(linkAt(table, -2 - end)) : end;
}
/** Whether a slot is one of the newest LINKS_WALKED of a key. */
function holds(table: i32, key: f64, slot: i32): bool {
  let at = <i32>get(table, key, -1);
  for (let i = 0; i < LINKS_WALKED; i++) {
    if (at >= -1) return at === slot;
    const link = linkAt(table, -2 - at);
    if (load<i32>(link) === slot) return true;
    at = load<i32>(link, 4);
  }
  return false;
}
/** Whether so many slots may be added, each of a key of its own or not. */
@inline
function hasRoomFor(table: i32, slots: i32): bool {
  return hasRoom(table, slots) && word(table, 8) + slots <= word(table, 9);
}
function add(table: i32, key: f64, slot: i32): void {
  const end = get(table, key, -1);
  if (end === -1) {
    set(table, key, <f64>slot);
    return;
  }
  let link = word(table, 10);
  if (link < 0) {
    link = word(table, 8);
    setWord(table, 8, link + 1);
  } else setWord(table, 10, load<i32>(linkAt(table, link), 4));
  store<i32>(linkAt(table, link), slot);
  store<i32>(linkAt(table, link), <i32>end, 4);
  set(table, key, <f64>(-2 - link));
}
/** What stands for a key, or behind a link of it, is another one now. */
function replaceEnd(table: i32, key: f64, link: i32, end: i32): void {
  if (link < 0) set(table, key, <f64>end);
  else store<i32>(linkAt(table, link), end, 4);
}
function dropLink(table: i32, link: i32): void {
  store<i32>(linkAt(table, link), word(table, 10), 4);
  setWord(table, 10, link);
}
/** Takes a slot out that the key has. */
function removeSlot(table: i32, key: f64, slot: i32): void {
  let at = <i32>get(table, key, -1);
  if (at === slot) {
    remove(table, key);
    return;
  }
  let after = -1;
  let beyond = -1;
  while (at < -1) {
    const link = -2 - at;
    if (load<i32>(linkAt(table, link)) === slot) {
      replaceEnd(table, key, after, load<i32>(linkAt(table, link), 4));
      dropLink(table, link);
      return;
    }
    beyond = after;
    after = link;
    at = load<i32>(linkAt(table, link), 4);
  }
  // The first slot goes: the one behind it is the first now, and needs no link.
  replaceEnd(table, key, beyond, load<i32>(linkAt(table, after)));
  dropLink(table, after);
}

// ---- Handles by the frame, or by the domain and ref, that their columns name (src/state/handle-index.ts). Words of an index: its places,
// older and, as word 7, newer handles of the same key, and between these what a table has. Handles are kept as one more than they are.

@inline
function pinOf(handle: i32): f64 {
  return <f64>i32At(HANDLE_GRANTER_AT, handle) * 4294967296.0 + pairAt(HANDLE_REF_AT, handle);
}
@inline
function keyOfHandle(index: i32, handle: i32): f64 {
  return index === PINS ? pinOf(handle) : frameAt(HANDLE_MFN_AT, handle);
}
@inline
function placeAddress(index: i32, at: i32): usize {
  return <usize>word(index, 0) + (<usize>at << 2);
}
@inline
function olderAt(index: i32, handle: i32): usize {
  return <usize>word(index, 1) + (<usize>handle << 2);
}
@inline
function newerAt(index: i32, handle: i32): usize {
  return <usize>word(index, 7) + (<usize>handle << 2);
}
/** Place of a key, or the free one where it would stand. */
function handlePlace(index: i32, key: f64): i32 {
  const mask = word(index, 3);
  let at = home(index, key);
  let there = load<i32>(placeAddress(index, at));
  while (there !== 0 && keyOfHandle(index, there - 1) !== key) {
    at = (at + 1) & mask;
    there = load<i32>(placeAddress(index, at));
  }
  return at;
}
/** The newest handle of a key; -1: it has none. */
@inline
function newestHandle(index: i32, key: f64): i32 {
  return load<i32>(placeAddress(index, handlePlace(index, key))) - 1;
}
/** Whether so many keys more fit in. */
@inline
function hasHandleRoom(index: i32, keys: i32): bool {
  return (word(index, 2) + keys) * 4 <= (word(index, 3) + 1) * 3;
}
/** Adds a handle whose columns are written; there is room for it. */
function addHandle(index: i32, handle: i32): void {
  const at = placeAddress(index, handlePlace(index, keyOfHandle(index, handle)));
  const before = load<i32>(at);
  store<i32>(at, handle + 1);
  if (load<i32>(olderAt(index, handle)) !== before) store<i32>(olderAt(index, handle), before);
  if (load<i32>(newerAt(index, handle)) !== 0) store<i32>(newerAt(index, handle), 0);
  if (before !== 0) store<i32>(newerAt(index, before - 1), handle + 1);
  else setWord(index, 2, word(index, 2) + 1);
}
function removeHandle(index: i32, handle: i32): void {
  const older = load<i32>(olderAt(index, handle));
  const newer = load<i32>(newerAt(index, handle));
  if (older !== 0) store<i32>(newerAt(index, older - 1), newer);
  if (newer !== 0) {
    store<i32>(olderAt(index, newer - 1), older);
    return;
  }
  let free = handlePlace(index, keyOfHandle(index, handle));
  if (older !== 0) {
    store<i32>(placeAddress(index, free), older);
    return;
  }
  const mask = word(index, 3);
  for (let next = (free + 1) & mask; ; next = (next + 1) & mask) {
    const there = load<i32>(placeAddress(index, next));
    if (there === 0) break;
    if (((next - home(index, keyOfHandle(index, there - 1))) & mask) < ((next - free) & mask)) continue;
    store<i32>(placeAddress(index, free), there);
    free = next;
  }
  store<i32>(placeAddress(index, free), 0);
  setWord(index, 2, word(index, 2) - 1);
}

// ---- Stacks of slots (src/memory/slot-stack.ts).

@inline
function pop(stack: i32): i32 {
  const count = word(stack, 1) - 1;
  setWord(stack, 1, count);
  return load<i32>(<usize>word(stack, 0) + (<usize>count << 2));
}
@inline
function push(stack: i32, slot: i32): void {
  const count = word(stack, 1);
  store<i32>(<usize>word(stack, 0) + (<usize>count << 2), slot);
  setWord(stack, 1, count + 1);
}
@inline
function stackRoom(stack: i32): i32 {
  return word(stack, 2) - word(stack, 1);
}

// ---- The domain's frames (src/state/frame-leaves.ts, p2m.ts). gfns are below DIRECTORY_END.

let lastNumber: i32 = -1;
let lastEntry: i32 = 0;
let lastMask: i32 = 0;
let rangeStart: f64 = 0;
let rangeEnd: f64 = 0;
let rangeKind: i32 = UNKNOWN;
/** Frame behind the first gfn of the range; NOT_KNOWN. */
let rangeMfn: f64 = NOT_KNOWN;
let rangeOrigin: f64 = 0;
let event: f64 = 0;
/** Why the row at hand is not taken; 0: it is, or nothing was said of it yet. */
let refused: i32 = 0;

/** A row is not taken: the caller is told why. */
function refuse(reason: i32): bool {
  refused = reason;
  return false;
}

/** Address of the place of a leaf; 0: its neighbourhood was never touched. */
@inline
function placeAt(number: i32): usize {
  const middles = i32At(DIRECTORY_AT, number >>> 20);
  if (middles === 0) return 0;
  const places = load<i32>(<usize>middles + (<usize>((number >>> 10) & 1023) << 2));
  return places === 0 ? 0 : <usize>places + (<usize>(number & 1023) << 2);
}
/** Entry of a gfn; -1: its leaf was never touched. */
function find(gfn: u64): i32 {
  const number = <i32>(gfn >> 6);
  if (number !== lastNumber) {
    const at = placeAt(number);
    const place = at === 0 ? 0 : load<i32>(at);
    if (place === 0) return -1;
    lastNumber = number;
    lastEntry = place > 0 ? (place - 1) * LEAF : -1 - place;
    lastMask = place > 0 ? LEAF - 1 : 0;
  }
  return lastEntry + (<i32>gfn & lastMask);
}
/** Whether so many gfns can get entries of their own. */
@inline
function hasGroups(count: i32): bool {
  return (
    int(GROUPS) + count <= int(GROUPS_MAX) &&
    num(LEAVES_LEFT) >= <f64>count &&
    stackRoom(UNIFORM_FREE) >= count
  );
}
@inline
function takeLeaves(leaves: f64): void {
  setNum(LEAVES_LEFT, num(LEAVES_LEFT) - leaves);
  setNum(LEAVES_TAKEN, num(LEAVES_TAKEN) + leaves);
}
@inline
function link(gfn: u64, place: i32): void {
  store<i32>(placeAt(<i32>(gfn >> 6)), place);
  lastNumber = -1;
}
/** An entry stands for one uniform leaf less. */
function leave(entry: i32): void {
  const leaves = i32At(LEAVES_OF_AT, entry) - 1;
  setI32(LEAVES_OF_AT, entry, leaves);
  if (leaves > 0) return;
  push(UNIFORM_FREE, entry);
  if (int(LATEST_UNIFORM) === entry) setInt(LATEST_UNIFORM, -1);
}
/** All frames of a leaf, uniform or never touched (`found` -1), get the same: FrameLeaves.writeWhole. */
function writeWhole(gfn: u64, found: i32, kind: i32, flags: i32): void {
  if (found < 0) takeLeaves(1.0 / <f64>LEAF);
  else leave(found);
  let entry = int(LATEST_UNIFORM);
  if (entry < 0 || u8At(KINDS_AT, entry) !== kind || u8At(FLAGS_AT, entry) !== flags || pairAt(EVENTS_AT, entry) !== event) {
    if (word(UNIFORM_FREE, 1) > 0) entry = pop(UNIFORM_FREE);
    else {
      if (int(NEXT_UNIFORM) === int(END_UNIFORM)) {
        setInt(NEXT_UNIFORM, int(GROUPS) * LEAF);
        setInt(END_UNIFORM, int(NEXT_UNIFORM) + LEAF);
        setInt(GROUPS, int(GROUPS) + 1);
      }
      entry = int(NEXT_UNIFORM);
      setInt(NEXT_UNIFORM, entry + 1);
    }
    setU8(KINDS_AT, entry, kind);
    setU8(FLAGS_AT, entry, flags);
    setPair(EVENTS_AT, entry, event);
    setFrame(MFNS_AT, entry, NOT_KNOWN);
    setI32(AUX_AT, entry, -1);
  }
  setI32(LEAVES_OF_AT, entry, i32At(LEAVES_OF_AT, entry) + 1);
  setInt(LATEST_UNIFORM, entry);
  link(gfn, -1 - entry);
}
/** An entry that is the gfn's alone; `hasGroups` and, where it has none, its neighbourhood's places were seen to be there. */
function own(gfn: u64, found: i32): i32 {
  if (found >= 0 && i32At(LEAVES_OF_AT, found) === 0) return found;
  takeLeaves(1);
  const group = int(GROUPS);
  setInt(GROUPS, group + 1);
  const at = group * LEAF;
  for (let i = at; i < at + LEAF; i++) setI32(AUX_AT, i, -1);
  if (found >= 0) {
    const kind = u8At(KINDS_AT, found);
    const flags = u8At(FLAGS_AT, found);
    const changed = pairAt(EVENTS_AT, found);
    for (let i = at; i < at + LEAF; i++) {
      setU8(KINDS_AT, i, kind);
      setU8(FLAGS_AT, i, flags);
      setPair(EVENTS_AT, i, changed);
    }
    leave(found);
  }
  link(gfn, group + 1);
  return at + (<i32>gfn & (LEAF - 1));
}
/** Turns to the gfns from one on that have their default by the same range, or by none. */
function turnToRange(gfn: f64): void {
  const rows = <usize>int(RANGES_AT);
  const count = int(RANGES);
  let found: usize = 0;
  rangeStart = gfn;
  rangeEnd = Infinity;
  rangeKind = UNKNOWN;
  rangeMfn = NOT_KNOWN;
  for (let i = count - 1; i >= 0; i--) {
    const row = rows + (<usize>i << 5);
    const start = load<f64>(row);
    if (gfn >= start && gfn < load<f64>(row + 8)) found = row;
    else if (start > gfn && start < rangeEnd) rangeEnd = start;
  }
  if (found === 0) return;
  rangeOrigin = load<f64>(found);
  if (load<f64>(found + 8) < rangeEnd) rangeEnd = load<f64>(found + 8);
  rangeKind = <i32>load<f64>(found + 16);
  rangeMfn = load<f64>(found + 24);
}
@inline
function defaultOf(gfn: f64): i32 {
  if (!(gfn >= rangeStart && gfn < rangeEnd)) turnToRange(gfn);
  return rangeKind;
}
@inline
function kindAt(gfn: u64, entry: i32): i32 {
  const stored = entry < 0 ? 0 : u8At(KINDS_AT, entry);
  return stored === 0 ? defaultOf(<f64>gfn) : stored;
}
/** Frame of own RAM; NOT_KNOWN. */
function ownMfn(gfn: u64, entry: i32): f64 {
  if (entry >= 0) {
    const mfn = frameAt(MFNS_AT, entry);
    if (mfn !== NOT_KNOWN || u8At(KINDS_AT, entry) !== 0) return mfn;
  }
  return defaultMfn(<f64>gfn);
}
/** Frame behind a gfn by default; NOT_KNOWN. */
function defaultMfn(gfn: f64): f64 {
  defaultOf(gfn);
  return rangeMfn === NOT_KNOWN ? NOT_KNOWN : rangeMfn + (gfn - rangeOrigin);
}
/** Whether the guest's table has an entry in a leaf. */
@inline
function isInTable(entry: i32): bool {
  return entry >= 0 && pairAt(GUEST_EVENTS_AT, entry) > num(FORGOTTEN_UNTIL);
}

// ---- DMA (src/straight/straight-dma.ts, src/state/dma-table.ts).

@inline
function keyOf(dev: i32, address: f64): f64 {
  return address * 64 + <f64>(dev & 63);
}
@inline
function active(): i32 {
  return int(DMA_USED) - word(DMA_FREE, 1);
}
/** Whether it is sure that no segment covers a gfn. */
@inline
function isFreeOfDma(gfn: f64): bool {
  return active() === 0 || !has(BY_GFN, gfn);
}
function look(gfn: u64, bus: f64): i32 {
  const entry = find(gfn);
  const kind = kindAt(gfn, entry);
  if (kind === GRANT) {
    if (frameAt(MFNS_AT, entry) !== bus) return WRONG;
    if (int(GUEST_SEEN) === 0) return 0;
    if (int(GUEST_OUTSIDE) > 0) return WRONG;
    const believed = isInTable(entry) ? pairAt(GUEST_MFNS_AT, entry) : <f64>gfn;
    return believed === bus ? 0 : WRONG;
  }
  const device = bus === <f64>gfn && int(IS_DIRECT_MAPPED) === 0 ? DEVICE : 0;
  if (kind === UNKNOWN) return COUNT | device;
  if (kind !== OWN) return WRONG;
  const mfn = ownMfn(gfn, entry);
  if (mfn !== NOT_KNOWN) return mfn === bus ? PLAIN | device : WRONG;
  return entry >= 0 && frameAt(GONE_MFNS_AT, entry) === bus ? WRONG : device;
}
function mapDma(dev: i32, direction: i32, phys: u64, bus: u64, size: u64): bool {
  if (phys >= FRAMES_END || bus >= EXACT || size === 0 || size >= FRAMES_END) return false;
  const gfn = phys >> 12;
  const last = (phys + size - 1) >> 12;
  const pages = <i32>(last - gfn) + 1;
  if (last - gfn >= <u64>int(SEGMENT_PAGES_BOUND) || last >= DIRECTORY_END) return false;
  let asked = 0;
  let unknownPages = 0;
  for (let i = 0; i < pages; i++) {
    const asks = look(gfn + i, <f64>((bus >> 12) + i));
    if (asks === WRONG) return refuse(DMA_PAGE);
    asked |= asks;
    if ((asks & COUNT) !== 0) unknownPages++;
  }
  // Of a device that has passed before; its name may be unknown, -1.
  if (<u32>(dev + 1) >= <u32>int(DEVICES)) return refuse(DMA_DEVICE);
  const may = u8At(DEVICES_AT, dev + 1);
  if (may === 0 || (asked & (PLAIN | DEVICE) & ~may) !== 0) return refuse(DMA_DEVICE);
  const busKey = keyOf(dev, <f64>bus);
  const physKey = keyOf(dev, <f64>phys);
  const isByPhys = int(HAS_BY_PHYS) !== 0;
  // The same address again means that an unmap was not seen.
  const same = newest(BY_BUS, busKey);
  if (same >= 0 && f64At(DMA_PHYS_AT, same) === <f64>phys) return refuse(DMA_SEGMENT);
  if (!hasRoomFor(BY_BUS, 1) || !hasRoomFor(BY_GFN, pages)) return refuse(NO_ROOM);
  if (isByPhys && !hasRoomFor(BY_PHYS, 1)) return refuse(NO_ROOM);
  if (int(DMA_PAGES) + pages > int(DMA_PAGES_BOUND)) return refuse(NO_ROOM);
  if (word(DMA_FREE, 1) === 0 && int(DMA_USED) >= int(DMA_MAX)) return refuse(NO_ROOM);
  event += 1;
  setInt(DMA_PAGES, int(DMA_PAGES) + pages);
  let slot = 0;
  if (word(DMA_FREE, 1) > 0) slot = pop(DMA_FREE);
  else {
    slot = int(DMA_USED);
    setInt(DMA_USED, slot + 1);
  }
  setI32(DMA_DEV_AT, slot, dev);
  setF64(DMA_PHYS_AT, slot, <f64>phys);
  setF64(DMA_BUS_AT, slot, <f64>bus);
  setF64(DMA_SIZE_AT, slot, <f64>size);
  setF64(DMA_EVENT_AT, slot, event);
  setU8(DMA_DIRECTION_AT, slot, direction);
  setI32(DMA_DOMID_AT, slot, int(DOMID));
  const serial = num(DMA_SERIAL) + 1;
  setNum(DMA_SERIAL, serial);
  setF64(DMA_SERIAL_AT, slot, serial);
  add(BY_BUS, busKey, slot);
  if (isByPhys) add(BY_PHYS, physKey, slot);
  for (let i = 0; i < pages; i++) add(BY_GFN, <f64>(gfn + i), slot);
  const first = <f64>gfn;
  const end = <f64>last;
  const isOnlyOne = active() === 1;
  setNum(DMA_LOWEST, isOnlyOne || first < num(DMA_LOWEST) ? first : num(DMA_LOWEST));
  setNum(DMA_HIGHEST, isOnlyOne || end > num(DMA_HIGHEST) ? end : num(DMA_HIGHEST));
  setInt(UNKNOWN_PAGES, int(UNKNOWN_PAGES) + unknownPages);
  return true;
}
function unmapDma(dev: i32, bus: u64): bool {
  if (bus >= EXACT) return false;
  const busKey = keyOf(dev, <f64>bus);
  const slot = newest(BY_BUS, busKey);
  if (slot < 0) {
    event += 1;
    return true;
  }
  const phys = f64At(DMA_PHYS_AT, slot);
  const size = f64At(DMA_SIZE_AT, slot);
  // Others than those that this module makes are left to the caller.
  if (!(phys >= 0 && phys < <f64>FRAMES_END && size > 0 && size < <f64>FRAMES_END)) return false;
  const gfn = <u64>phys >> 12;
  const pages = ((<u64>phys + <u64>size - 1) >> 12) - gfn + 1;
  if (pages > <u64>int(SEGMENT_PAGES_BOUND) || stackRoom(DMA_FREE) < 1) return false;
  const key = keyOf(i32At(DMA_DEV_AT, slot), phys);
  const isByPhys = int(HAS_BY_PHYS) !== 0;
  if (keyOf(i32At(DMA_DEV_AT, slot), f64At(DMA_BUS_AT, slot)) !== busKey) return false;
  if (isByPhys && !holds(BY_PHYS, key, slot)) return refuse(DMA_SEGMENT);
  for (let i: u64 = 0; i < pages; i++) if (!holds(BY_GFN, <f64>(gfn + i), slot)) return refuse(DMA_SEGMENT);
  event += 1;
  removeSlot(BY_BUS, busKey, slot);
  if (isByPhys) removeSlot(BY_PHYS, key, slot);
  setF64(DMA_SERIAL_AT, slot, 0);
  setInt(DMA_PAGES, int(DMA_PAGES) - <i32>pages);
  for (let i: u64 = 0; i < pages; i++) removeSlot(BY_GFN, <f64>(gfn + i), slot);
  push(DMA_FREE, slot);
  return true;
}
function takeDma(at: usize): bool {
  if (load<i32>(at, 12) !== 1) return false;
  const dev = load<i32>(at, 8);
  const mask = load<i32>(at, SEGMENT);
  const bus = load<u64>(at, SEGMENT + 12);
  let isTaken = false;
  if (load<i32>(at) !== 0) isTaken = (mask & 2) !== 0 && unmapDma(dev, bus);
  else if (int(MAY_DMA) === 0) return refuse(ASKS_RULE);
  else if (mask === 7)
    isTaken = mapDma(dev, load<i32>(at, 4), load<u64>(at, SEGMENT + 4), bus, load<u64>(at, SEGMENT + 20));
  if (isTaken) setInt(DMAS, int(DMAS) + 1);
  return isTaken;
}

// ---- Entries of the guest's table that outlive their grants (src/rules/guest/stale-guest-entry.ts): at first there are none.

@inline
function outlivedAt(index: i32): usize {
  return <usize>OUTLIVED_AT + <usize>index * <usize>OUTLIVED_BYTES;
}
function outlivedOf(pfn: f64): i32 {
  const count = int(OUTLIVED);
  for (let i = 0; i < count; i++) if (load<f64>(outlivedAt(i)) === pfn) return i;
  return -1;
}
function waitsFor(pid: i32): bool {
  if (pid <= 0) return false;
  const count = int(OUTLIVED);
  for (let i = 0; i < count; i++) if (load<f64>(outlivedAt(i), 16) === <f64>pid) return true;
  return false;
}
function dropOutlived(pfn: f64): void {
  const index = outlivedOf(pfn);
  if (index < 0) return;
  const last = int(OUTLIVED) - 1;
  memory.copy(outlivedAt(index), outlivedAt(last), OUTLIVED_BYTES);
  setInt(OUTLIVED, last);
}
function addOutlived(pfn: f64, handle: i32, pid: i32): void {
  dropOutlived(pfn);
  const at = outlivedAt(int(OUTLIVED));
  store<f64>(at, pfn);
  store<f64>(at, <f64>handle, 8);
  store<f64>(at, <f64>pid, 16);
  store<f64>(at, event, 24);
  setInt(OUTLIVED, int(OUTLIVED) + 1);
}

// ---- Grants that come and go (src/straight/grant-changes.ts).

function mayCome(gfn: u64, entry: i32, mfn: f64): bool {
  const kind = kindAt(gfn, entry);
  if (kind !== HOLE && kind !== UNKNOWN) return refuse(GRANT_FRAME);
  const place = <f64>gfn;
  if (!isFreeOfDma(place)) return refuse(UNDER_DMA);
  if (int(MAY_GRANT_COME) === 0 || mfn === place || outlivedOf(place) >= 0) return refuse(ASKS_RULE);
  if (!(place >= num(FIRST_PLACE) && place < num(END_PLACE))) return refuse(ASKS_RULE);
  return mfn === NOT_KNOWN || (mfn >= num(FIRST_FRAME) && mfn < num(END_FRAME)) || refuse(ASKS_RULE);
}
/** Whether a gfn with this entry can get one of its own. */
@inline
function isInReach(gfn: u64, entry: i32): bool {
  return entry >= 0 || placeAt(<i32>(gfn >> 6)) !== 0;
}
function come(gfn: u64, entry: i32, mfn: f64, handle: i32, flags: i32): void {
  const place = <f64>gfn;
  if (kindAt(gfn, entry) === UNKNOWN) {
    if (int(TOUCHED) === 0) {
      setNum(TOUCHED_EVENT, event);
      setNum(TOUCHED_GFN, place);
    }
    setInt(TOUCHED, int(TOUCHED) + 1);
  }
  setU8(KINDS_AT, entry, GRANT);
  setFrame(MFNS_AT, entry, mfn);
  setI32(AUX_AT, entry, handle);
  setU8(FLAGS_AT, entry, flags | (u8At(FLAGS_AT, entry) & LINEAGE));
  setPair(EVENTS_AT, entry, event);
  if (place > num(HIGHEST_GFN)) setNum(HIGHEST_GFN, place);
  const exceptions = int(EXCEPTIONS) + 1;
  setInt(EXCEPTIONS, exceptions);
  if (exceptions > int(EXCEPTIONS_PEAK)) setInt(EXCEPTIONS_PEAK, exceptions);
  setInt(OPENED, int(OPENED) + 1);
}
@inline
function mayGo(gfn: u64): bool {
  if (int(MAY_GRANT_GO) === 0) return refuse(ASKS_RULE);
  return isFreeOfDma(<f64>gfn) || refuse(UNDER_DMA);
}
function go(entry: i32): void {
  setFrame(GONE_MFNS_AT, entry, frameAt(MFNS_AT, entry));
  setPair(GONE_EVENTS_AT, entry, event);
  const handle = i32At(AUX_AT, entry);
  if (handle >= 0) setU8(HANDLE_MAPPED_AT, handle, 0);
  setU8(KINDS_AT, entry, HOLE);
  setFrame(MFNS_AT, entry, NOT_KNOWN);
  setI32(AUX_AT, entry, -1);
  setU8(FLAGS_AT, entry, u8At(FLAGS_AT, entry) & LINEAGE);
  setPair(EVENTS_AT, entry, event);
  setInt(EXCEPTIONS, int(EXCEPTIONS) - 1);
}

// ---- The guest's own table (src/straight/straight-entries.ts).

function erase(pfn: u64): bool {
  const entry = find(pfn);
  if (entry < 0) return refuse(ENTRY_FRAME);
  const kind = kindAt(pfn, entry);
  if (kind === GRANT) {
    if (!(num(UNSEEN_UNMAPS) > 0) || i32At(AUX_AT, entry) !== -1) return refuse(ENTRY_FRAME);
    if (!mayGo(pfn)) return false;
    setNum(UNSEEN_UNMAPS, num(UNSEEN_UNMAPS) - 1);
    event += 1;
    go(entry);
  } else if (kind === UNKNOWN && num(UNSEEN_UNMAPS) > 0) return refuse(ENTRY_FRAME);
  else event += 1;
  if (isInTable(entry)) {
    setPair(GUEST_EVENTS_AT, entry, 0);
    setInt(GUEST_COUNT, int(GUEST_COUNT) - 1);
  }
  return true;
}
/** The guest's table tells the frame of a grant, and so of its handle. */
function learnMfn(entry: i32, mfn: f64): void {
  setFrame(MFNS_AT, entry, mfn);
  const handle = i32At(AUX_AT, entry);
  if (handle < 0 || frameAt(HANDLE_MFN_AT, handle) !== NOT_KNOWN) return;
  setFrame(HANDLE_MFN_AT, handle, mfn);
  if (u8At(HANDLE_STATE_AT, handle) === LIVE_HANDLE) addHandle(LIVE_BY_MFN, handle);
}
function make(pfn: u64, frame: u64): bool {
  if (frame >= FRAMES_END) return false;
  const mfn = <f64>frame;
  let entry = find(pfn);
  if (int(GUEST_COUNT) >= int(GUEST_ENTRIES_BOUND)) return refuse(NO_ROOM);
  if (entry >= 0 && u8At(KINDS_AT, entry) === GRANT) {
    if (frameAt(MFNS_AT, entry) === NOT_KNOWN) {
      const handle = i32At(AUX_AT, entry);
      if ((handle >= 0 && !isDense(handle)) || !hasHandleRoom(LIVE_BY_MFN, 1)) return false;
      learnMfn(entry, mfn);
    }
    event += 1;
  } else {
    if (!hasGroups(1) || !isInReach(pfn, entry)) return refuse(NO_ROOM);
    if (num(UNSEEN_MAPS) > 0) {
      if (!mayCome(pfn, entry, mfn)) return false;
      setNum(UNSEEN_MAPS, num(UNSEEN_MAPS) - 1);
      event += 1;
      entry = own(pfn, entry);
      come(pfn, entry, mfn, -1, 0);
    } else {
      if (entry < 0) return refuse(ENTRY_FRAME);
      event += 1;
      entry = own(pfn, entry);
    }
  }
  if (!isInTable(entry)) setInt(GUEST_COUNT, int(GUEST_COUNT) + 1);
  setPair(GUEST_MFNS_AT, entry, mfn);
  setPair(GUEST_EVENTS_AT, entry, event);
  setNum(GUEST_LATEST, event);
  return true;
}
function takeEntry(at: usize): bool {
  if (int(GUEST_OUTSIDE) > 0 || int(MAY_ENTRY) === 0) return refuse(ASKS_RULE);
  const pfn = load<u64>(at);
  const mfn = load<u64>(at, 8);
  if (pfn >= DIRECTORY_END || load<u64>(at, 16) !== 1) return false;
  if (!(mfn === u64.MAX_VALUE ? erase(pfn) : make(pfn, mfn))) return false;
  setInt(GUEST_SEEN, 1);
  dropOutlived(<f64>pfn);
  setInt(ENTRIES, int(ENTRIES) + 1);
  return true;
}

// ---- Maps and unmaps (src/straight/straight-grants.ts). Of each op of a call is kept: gfn, mfn, ref, and handle and dom.

@inline
function opAt(op: i32): usize {
  return <usize>OPS_AT + <usize>op * <usize>OP_BYTES;
}
/** A member of a row; `place`: its number. Whether it was recorded: */
@inline
function hasMember(row: usize, place: i32): bool {
  return (load<i32>(row) & (1 << place)) !== 0;
}
@inline
function member(row: usize, place: i32): u64 {
  return load<u64>(row + 4 + (<usize>place << 3));
}
/** Whether a row's payload is there: that of a call of which two logs say different things is empty. */
@inline
function hasPayload(row: i32): bool {
  return (<usize>(i32At(PAYLOAD_AT, row + 1) - i32At(PAYLOAD_AT, row)) << 2) >= ROWS_AT;
}
/** Whether the slot of a handle that was seen is the handle itself (Maptrack.isDense). */
@inline
function isDense(handle: u64): bool {
  return handle < <u64>int(HANDLES) && handle < <u64>int(HANDLES_BOUND);
}
/** Whether an earlier op of the call has this gfn or handle. */
function isRepeated(op: i32, gfn: u64, handle: i32): bool {
  for (let before = 0; before < op; before++) {
    const at = opAt(before);
    if (load<u64>(at) === gfn || load<i32>(at, 24) === handle) return true;
  }
  const at = opAt(op);
  store<u64>(at, gfn);
  store<i32>(at, handle, 24);
  return false;
}
function mayMapOp(op: i32, asked: usize, out: usize): bool {
  if (!hasMember(asked, int(MAP_ADDRESS)) || !hasMember(asked, int(MAP_DOM)) || !hasMember(asked, int(MAP_REF))) return false;
  if (!hasMember(asked, int(MAP_FLAGS)) || !hasMember(out, int(MAP_STATUS)) || !hasMember(out, int(MAP_HANDLE))) return false;
  const address = member(asked, int(MAP_ADDRESS));
  const dom = member(asked, int(MAP_DOM));
  const ref = member(asked, int(MAP_REF));
  const handle = member(out, int(MAP_HANDLE));
  if (member(out, int(MAP_STATUS)) !== 0 || (member(asked, int(MAP_FLAGS)) & ~GNTMAP_READONLY) !== GNTMAP_HOST) return false;
  if ((address & 4095) !== 0 || ref >= EXACT || handle >= <u64>int(HANDLES_BOUND)) return false;
  const gfn = address >> 12;
  if (gfn >= DIRECTORY_END || !(<f64>gfn < num(REACHED_END))) return false;
  if (dom >= <u64>int(FIRST_RESERVED_DOMID) || load<u8>(<usize>int(GRANTERS_AT) + <usize>dom) === 0) return false;
  let mfn = NOT_KNOWN;
  if (hasMember(out, int(MAP_BUS))) {
    const bus = member(out, int(MAP_BUS));
    if (bus >= EXACT || (bus & 4095) !== 0) return false;
    mfn = <f64>(bus >> 12);
  }
  const slot = <i32>handle;
  if (slot >= int(HANDLES_MAX)) return refuse(NO_ROOM);
  if (slot < int(HANDLES) && u8At(HANDLE_STATE_AT, slot) === LIVE_HANDLE) return refuse(GRANT_FRAME);
  const pin = <f64>dom * 4294967296.0 + <f64>ref;
  const entry = find(gfn);
  if (!isInReach(gfn, entry)) return refuse(NO_ROOM);
  // While another map of the ref lives, Xen gives the same frame.
  const pinned = newestHandle(PINS, pin);
  const pinnedMfn = pinned < 0 ? NOT_KNOWN : frameAt(HANDLE_MFN_AT, pinned);
  if (mfn !== NOT_KNOWN && pinnedMfn !== NOT_KNOWN && pinnedMfn !== mfn) return refuse(GRANT_FRAME);
  if (!mayCome(gfn, entry, mfn) || isRepeated(op, gfn, slot)) return false;
  const at = opAt(op);
  for (let before = 0; before < op; before++)
    if (load<f64>(opAt(before), 16) === <f64>ref && load<f64>(opAt(before), 8) !== mfn) return refuse(GRANT_FRAME);
  store<f64>(at, mfn, 8);
  store<f64>(at, <f64>ref, 16);
  store<i32>(at, <i32>dom, 28);
  return true;
}
function mapOp(op: i32, flags: i32): void {
  const at = opAt(op);
  const gfn = load<u64>(at);
  const mfn = load<f64>(at, 8);
  const ref = load<f64>(at, 16);
  const handle = load<i32>(at, 24);
  const dom = load<i32>(at, 28);
  if (handle >= int(HANDLES)) setInt(HANDLES, handle + 1);
  setU8(HANDLE_STATE_AT, handle, LIVE_HANDLE);
  setI32(HANDLE_GRANTER_AT, handle, dom);
  setPair(HANDLE_REF_AT, handle, ref);
  setU8(HANDLE_FLAGS_AT, handle, flags);
  setPair(HANDLE_GFN_AT, handle, <f64>gfn);
  setFrame(HANDLE_MFN_AT, handle, mfn);
  setU8(HANDLE_MAPPED_AT, handle, 1);
  setPair(HANDLE_MAP_EVENT_AT, handle, event);
  if (pairAt(HANDLE_RELEASE_EVENT_AT, handle) !== 0) setPair(HANDLE_RELEASE_EVENT_AT, handle, 0);
  const live = int(LIVE) + 1;
  setInt(LIVE, live);
  if (live > int(LIVE_PEAK)) setInt(LIVE_PEAK, live);
  addHandle(PINS, handle);
  if (mfn !== NOT_KNOWN) addHandle(LIVE_BY_MFN, handle);
  const isReadOnly = (flags & <i32>GNTMAP_READONLY) !== 0;
  come(gfn, own(gfn, find(gfn)), mfn, handle, isReadOnly ? READ_ONLY_FLAG : 0);
  if (!isReadOnly) return;
  if (int(READ_ONLY) === 0) {
    setNum(READ_ONLY_EVENT, event);
    setNum(READ_ONLY_GFN, <f64>gfn);
  }
  setInt(READ_ONLY, int(READ_ONLY) + 1);
}
function mayUnmapOp(op: i32, asked: usize, out: usize): bool {
  if (!hasMember(asked, int(UNMAP_ADDRESS)) || !hasMember(asked, int(UNMAP_HANDLE)) || !hasMember(out, int(UNMAP_STATUS))) return false;
  const address = member(asked, int(UNMAP_ADDRESS));
  const handle = member(asked, int(UNMAP_HANDLE));
  const gfn = address >> 12;
  if (member(out, int(UNMAP_STATUS)) !== 0 || (address & 4095) !== 0 || gfn === 0 || gfn >= DIRECTORY_END) return false;
  if (int(IGNORES_BUS) === 0 && hasMember(asked, int(UNMAP_BUS)) && member(asked, int(UNMAP_BUS)) !== 0) return false;
  if (!isDense(handle)) return false;
  const slot = <i32>handle;
  const entry = find(gfn);
  if (entry < 0 || u8At(HANDLE_STATE_AT, slot) !== LIVE_HANDLE || pairAt(HANDLE_GFN_AT, slot) !== <f64>gfn) return refuse(GRANT_FRAME);
  if (u8At(KINDS_AT, entry) !== GRANT || i32At(AUX_AT, entry) !== slot || isRepeated(op, gfn, slot)) return false;
  return mayGo(gfn);
}
function unmapOp(op: i32, pid: i32): void {
  const at = opAt(op);
  const gfn = load<u64>(at);
  const handle = load<i32>(at, 24);
  const entry = find(gfn);
  go(entry);
  setInt(LIVE, int(LIVE) - 1);
  removeHandle(PINS, handle);
  const mfn = frameAt(HANDLE_MFN_AT, handle);
  if (mfn !== NOT_KNOWN) removeHandle(LIVE_BY_MFN, handle);
  setU8(HANDLE_STATE_AT, handle, RELEASED_HANDLE);
  setU8(HANDLE_MAPPED_AT, handle, 0);
  setPair(HANDLE_RELEASE_EVENT_AT, handle, event);
  if (mfn !== NOT_KNOWN) noteReleased(mfn);
  if (isInTable(entry)) addOutlived(<f64>gfn, handle, pid);
}
function noteReleased(frame: f64): void {
  const note = int(NOTES);
  setInt(NOTES, note + 1);
  setF64(NOTE_FRAMES_AT, note, frame);
  setF64(NOTE_EVENTS_AT, note, event);
  set(NOTE_OF, frame, <f64>note);
  while (word(NOTE_OF, 2) > int(NOTED_FRAMES_BOUND)) {
    const oldest = int(NOTES_OLDEST);
    const old = f64At(NOTE_FRAMES_AT, oldest);
    if (isOnly(NOTE_OF, old, oldest)) remove(NOTE_OF, old);
    setInt(NOTES_OLDEST, oldest + 1);
  }
}
/** Whether there is room for so many notes, once those that no longer count are dropped. */
function hasNotes(count: i32): bool {
  if (int(NOTES) + count <= int(NOTES_MAX)) return true;
  if (word(NOTE_OF, 2) * int(NOTES_PER_FRAME) > int(NOTES_MAX)) return false;
  let kept = 0;
  for (let note = int(NOTES_OLDEST); note < int(NOTES); note++) {
    const frame = f64At(NOTE_FRAMES_AT, note);
    if (!isOnly(NOTE_OF, frame, note)) continue;
    setF64(NOTE_FRAMES_AT, kept, frame);
    setF64(NOTE_EVENTS_AT, kept, f64At(NOTE_EVENTS_AT, note));
    set(NOTE_OF, frame, <f64>kept);
    kept++;
  }
  setInt(NOTES, kept);
  setInt(NOTES_OLDEST, 0);
  return kept + count <= int(NOTES_MAX);
}
/** Whether the exit behind the enter at `row` is its own, and the call may begin. */
function isWhole(row: i32, end: i32): bool {
  const next = row + 1;
  if (next >= end || u8At(KIND_AT, next) !== EXIT) return false;
  const call = f64At(CALL_AT, row);
  if (f64At(CALL_AT, next) !== call || f64At(START_AT, row) !== 0) return false;
  const underWay = int(UNDER_WAY);
  for (let i = 0; i < underWay; i++) if (f64At(UNDER_WAY_AT, i) === call) return false;
  return !waitsFor(i32At(PID_AT, row));
}
function takeGrants(row: i32, end: i32, isMap: bool): bool {
  if (int(isMap ? MAY_MAP : MAY_UNMAP) === 0) return refuse(ASKS_RULE);
  if (!isWhole(row, end)) return refuse(CALL_HALVES);
  if (f64At(RET_AT, row + 1) !== 0) return false;
  if ((!isMap && int(GUEST_OUTSIDE) > 0) || !hasPayload(row) || !hasPayload(row + 1)) return false;
  const words = <usize>int(WORDS_AT);
  const asked = words + (<usize>i32At(PAYLOAD_AT, row) << 2);
  const out = words + (<usize>i32At(PAYLOAD_AT, row + 1) << 2);
  const ops = load<i32>(asked, 4);
  const count = load<u64>(asked, 8);
  if (load<i32>(asked) !== FIELDS || load<i32>(out) !== FIELDS) return false;
  if (ops <= 0 || ops > OPS_MAX || ops !== load<i32>(out, 4) || count < <u64>ops || count >= 2147483648) return false;
  const askedBytes = <usize>int(isMap ? MAP_IN_WORDS : UNMAP_IN_WORDS) << 2;
  const outBytes = <usize>int(isMap ? MAP_OUT_WORDS : UNMAP_OUT_WORDS) << 2;
  if (isMap) {
    if (!hasGroups(ops) || !hasHandleRoom(PINS, ops) || !hasHandleRoom(LIVE_BY_MFN, ops)) return refuse(NO_ROOM);
  } else if (!hasNotes(ops) || !hasRoom(NOTE_OF, ops) || int(OUTLIVED) + ops > OUTLIVED_MAX) return refuse(NO_ROOM);
  for (let op = 0; op < ops; op++) {
    const askedRow = asked + ROWS_AT + <usize>op * askedBytes;
    const outRow = out + ROWS_AT + <usize>op * outBytes;
    if (!(isMap ? mayMapOp(op, askedRow, outRow) : mayUnmapOp(op, askedRow, outRow))) return false;
  }
  event += 2;
  const missing = <f64>count - <f64>ops;
  if (isMap) {
    for (let op = 0; op < ops; op++)
      mapOp(op, <i32>member(asked + ROWS_AT + <usize>op * askedBytes, int(MAP_FLAGS)));
    setNum(UNSEEN_MAPS, num(UNSEEN_MAPS) + missing);
    countCall(MAPS);
  } else {
    const pid = i32At(PID_AT, row);
    for (let op = 0; op < ops; op++) unmapOp(op, pid);
    setNum(UNSEEN_UNMAPS, num(UNSEEN_UNMAPS) + missing);
    countCall(UNMAPS);
  }
  setNum(OPERATIONS, num(OPERATIONS) + <f64>count);
  setNum(MISSING, num(MISSING) + missing);
  setNum(LAST_CALL, event);
  return true;
}

// ---- Own RAM that leaves the map and comes back (src/straight/straight-extents.ts, machine.ts: changeRun).

/** End of the bank that holds a gfn; 0: none does. */
function bankEnd(gfn: f64): f64 {
  const rows = <usize>int(BANKS_AT);
  const count = int(BANKS);
  for (let i = 0; i < count; i++) {
    const row = rows + (<usize>i << 4);
    if (gfn >= load<f64>(row) && gfn < load<f64>(row + 8)) return load<f64>(row + 8);
  }
  return 0;
}
/** How many of `count` gfns from one on may change alike at once, those of one leaf at most; 0: they are not for this module. */
function lookRun(first: u64, count: i32, isOut: bool): i32 {
  const gfn = <f64>first;
  if (gfn < num(isOut ? FIRST_OUT : FIRST_IN)) return 0;
  const entry = find(first);
  const kind = kindAt(first, entry);
  let most = LEAF - (<i32>first & (LEAF - 1));
  if (count < most) most = count;
  if (isOut) {
    const isPerhaps = kind === UNKNOWN && int(MAY_LEAVE_UNKNOWN) !== 0 && gfn + <f64>(count - 1) < num(REACHED_END);
    if (kind !== OWN && !isPerhaps) return 0;
  } else {
    if (kind !== HOLE && kind !== UNKNOWN) return 0;
    if (int(IS_DIRECT_MAPPED) !== 0) {
      const left = bankEnd(gfn) - gfn;
      if (left <= 0) return 0;
      if (left < <f64>most) most = <i32>left;
    }
  }
  defaultOf(gfn);
  if (rangeEnd - gfn < <f64>most) most = <i32>(rangeEnd - gfn);
  let n = most;
  if (entry >= 0 && i32At(LEAVES_OF_AT, entry) === 0) {
    const stored = u8At(KINDS_AT, entry);
    const flags = u8At(FLAGS_AT, entry);
    n = 1;
    while (n < most && u8At(KINDS_AT, entry + n) === stored && u8At(FLAGS_AT, entry + n) === flags) n++;
  }
  if (gfn + <f64>n > num(isOut ? END_OUT : END_IN) || placeAt(<i32>(first >> 6)) === 0) return 0;
  if (active() > 0 && gfn <= num(DMA_HIGHEST) && gfn + <f64>n > num(DMA_LOWEST)) {
    for (let i = 0; i < n; i++) if (has(BY_GFN, gfn + <f64>i)) return 0;
  }
  if (isOut && int(IS_DIRECT_MAPPED) !== 0 && word(LIVE_BY_MFN, 2) > 0) {
    for (let i = 0; i < n; i++) if (newestHandle(LIVE_BY_MFN, gfn + <f64>i) >= 0) return 0;
  }
  return n;
}
/** Changes gfns that `lookRun` gave; `isFalling`: the call names the last of them first. */
function changeRun(first: u64, n: i32, isOut: bool, isFalling: bool): void {
  const gfn = <f64>first;
  const entry = find(first);
  const kind = kindAt(first, entry);
  const isDefault = !isOut && defaultOf(gfn) === OWN;
  const mfn = !isOut && int(IS_DIRECT_MAPPED) !== 0 ? gfn : NOT_KNOWN;
  const stored = isDefault ? 0 : isOut ? HOLE : OWN;
  let flags = 0;
  if (isOut) flags = ((entry < 0 ? 0 : u8At(FLAGS_AT, entry)) & LINEAGE) | (kind === OWN ? BALLOONED : 0);
  if (kind === UNKNOWN) setInt(DOUBTS, 1);
  const isShared = entry < 0 || i32At(LEAVES_OF_AT, entry) !== 0;
  if (isShared && n === LEAF && (mfn === NOT_KNOWN || (isDefault && defaultMfn(gfn) === mfn)))
    writeWhole(first, entry, stored, flags);
  else {
    const at = own(first, entry);
    for (let i = 0; i < n; i++) {
      setU8(KINDS_AT, at + i, stored);
      setFrame(MFNS_AT, at + i, mfn === NOT_KNOWN ? NOT_KNOWN : mfn + <f64>i);
      setI32(AUX_AT, at + i, -1);
      setU8(FLAGS_AT, at + i, flags);
      setPair(EVENTS_AT, at + i, event);
    }
  }
  if (!isOut && gfn + <f64>(n - 1) > num(HIGHEST_GFN)) setNum(HIGHEST_GFN, gfn + <f64>(n - 1));
  if (int(IS_DIRECT_MAPPED) === 0) {
    if (isOut) setInt(LOST_PAGES, 1);
    else if (int(LOST_PAGES) === 0) setNum(CAME_PAGES, num(CAME_PAGES) + <f64>n);
  }
  if (isFalling) noteRun(gfn + <f64>(n - 1), <f64>-n, kind, isOut ? HOLE : OWN);
  else noteRun(gfn, <f64>n, kind, isOut ? HOLE : OWN);
}
/** Notes what changed for the caller, with what came just before in the same block of 2 MiB. `n` below 0: falling. */
function noteRun(gfn: f64, n: f64, from: i32, to: i32): void {
  const runs = int(RUNS);
  if (runs > 0) {
    const last = <usize>int(RUNS_AT) + <usize>(runs - 1) * <usize>RUN_BYTES;
    const first = load<f64>(last, 8);
    const count = load<f64>(last, 16);
    const isSame = load<f64>(last) === event && load<f64>(last, 24) === <f64>from && load<f64>(last, 32) === <f64>to;
    if (isSame && n > 0 === count > 0 && first + count === gfn && <u64>first >> 9 === <u64>gfn >> 9) {
      store<f64>(last, count + n, 16);
      return;
    }
  }
  const at = <usize>int(RUNS_AT) + <usize>runs * <usize>RUN_BYTES;
  store<f64>(at, event);
  store<f64>(at, gfn, 8);
  store<f64>(at, n, 16);
  store<f64>(at, <f64>from, 24);
  store<f64>(at, <f64>to, 32);
  setInt(RUNS, runs + 1);
}
/** Neighbours among a call's extents: where the last `neighboursAt` found them, how many they are, and in which order. */
let runLow: u64 = 0;
let runCount: i32 = 0;
let runFalls: bool = false;
function neighboursAt(list: usize, index: i32, extents: i32): void {
  const first = load<u64>(list + (<usize>index << 3));
  const next = index + 1 < extents ? load<u64>(list + (<usize>(index + 1) << 3)) : first;
  runFalls = next === first - 1;
  const step: u64 = runFalls ? -1 : 1;
  let count = 1;
  let expected = first + step;
  while (index + count < extents && load<u64>(list + (<usize>(index + count) << 3)) === expected) {
    count++;
    expected += step;
  }
  runCount = count;
  runLow = runFalls ? first - <u64>(count - 1) : first;
}
/** Whether the neighbours found last have no gfn in common with the call's `runs` noted ones. */
function areApart(runs: i32): bool {
  const high = runLow + runCount;
  for (let i = 0; i < runs; i++) {
    const at = <usize>CALL_RUNS_AT + (<usize>i << 4);
    if (runLow < load<u64>(at, 8) && load<u64>(at) < high) return false;
  }
  return true;
}
/** Notes the neighbours found last. */
function noteNeighbours(place: i32): void {
  const at = <usize>CALL_RUNS_AT + (<usize>place << 4);
  store<u64>(at, runLow);
  store<u64>(at, runLow + runCount, 8);
}
/** Goes through neighbours leaf by leaf, in their order; gives the number of steps; 0: they are not for this module. */
function walkRun(isOut: bool, isTrial: bool): i32 {
  const falls = runFalls;
  let low = runLow;
  let high = runLow + runCount;
  let steps = 0;
  while (low < high) {
    let from = low;
    let n = <i32>(high - low);
    if (falls) {
      const leaf = (high - 1) & ~(<u64>LEAF - 1);
      if (leaf > low) from = leaf;
      n = <i32>(high - from);
    }
    let done = lookRun(from, n, isOut);
    if (falls && done < n) {
      // Not all of them are alike: one by one from the last on.
      from = high - 1;
      done = lookRun(from, 1, isOut);
    }
    if (done === 0) return 0;
    if (!isTrial) changeRun(from, done, isOut, falls);
    steps++;
    if (falls) high -= done;
    else low += done;
  }
  return steps;
}
/** Goes through a call's extents run by run; `isTrial`: only looks whether all of them may change. */
function walk(list: usize, extents: i32, isOut: bool, isTrial: bool): bool {
  let steps = 0;
  let runs = 0;
  let beyond: u64 = 0;
  for (let index = 0; index < extents; ) {
    neighboursAt(list, index, extents);
    index += runCount;
    if (runLow >= DIRECTORY_END || runLow + runCount > DIRECTORY_END) return false;
    if (isTrial) {
      // What lies beyond all others has no gfn in common with them.
      if (runLow < beyond && (runs > CALL_RUNS_MAX || !areApart(runs))) return false;
      if (runs < CALL_RUNS_MAX) noteNeighbours(runs);
      if (runLow + runCount > beyond) beyond = runLow + runCount;
      runs++;
    }
    const done = walkRun(isOut, isTrial);
    if (done === 0) return false;
    steps += done;
  }
  // One more for an entry of uniform leaves.
  return !isTrial || (hasGroups(steps + 1) && int(RUNS) + steps <= int(RUNS_MAX));
}
function takeExtents(row: i32, end: i32, isOut: bool): bool {
  if (int(isOut ? MAY_DECREASE : MAY_POPULATE) === 0 || int(OUTLIVED) > 0) return refuse(ASKS_RULE);
  if (!isWhole(row, end)) return refuse(CALL_HALVES);
  if (!hasPayload(row)) return false;
  const asked = <usize>int(WORDS_AT) + (<usize>i32At(PAYLOAD_AT, row) << 2);
  if (load<i32>(asked) !== FIELDS || load<i32>(asked, 4) !== 1) return false;
  const fields = asked + ROWS_AT;
  if (!hasMember(fields, int(RESERVATION_DOMID)) || member(fields, int(RESERVATION_DOMID)) !== <u64>int(SELF)) return false;
  if (!hasMember(fields, int(RESERVATION_ORDER)) || member(fields, int(RESERVATION_ORDER)) !== 0) return false;
  if (!hasMember(fields, int(RESERVATION_FLAGS)) || member(fields, int(RESERVATION_FLAGS)) !== 0) return false;
  if (!hasMember(fields, int(RESERVATION_COUNT))) return false;
  const list = fields + (<usize>int(isOut ? DECREASE_WORDS : POPULATE_WORDS) << 2);
  const extents = load<i32>(list, 4);
  const done = f64At(RET_AT, row + 1);
  if (extents <= 0 || extents > int(CALL_FRAMES_BOUND) || done !== <f64>extents) return false;
  if (member(fields, int(RESERVATION_COUNT)) !== <u64>extents || num(LEAVES_LEFT) < done) return false;
  if (!walk(list + 8, extents, isOut, true)) return refuse(OWN_FRAME);
  event += 2;
  walk(list + 8, extents, isOut, false);
  countCall(isOut ? DECREASES : POPULATES);
  setNum(OPERATIONS, num(OPERATIONS) + done);
  setNum(LAST_CALL, event);
  return true;
}
/** Counts a call; of the first of its sub-op, how many kinds of calls came before it. */
@inline
function countCall(slot: i32): void {
  if (int(slot) === 0) {
    store<i32>(<usize>slot * 8, int(CALL_KINDS), 4);
    setInt(CALL_KINDS, int(CALL_KINDS) + 1);
  }
  setInt(slot, int(slot) + 1);
}
function takeCall(row: i32, end: i32): bool {
  const nr = i32At(NR_AT, row);
  const cmd = i32At(CMD_AT, row);
  if (nr === int(MAP_NR)) {
    if (cmd === int(MAP_CMD)) return takeGrants(row, end, true);
    return cmd === int(UNMAP_CMD) ? takeGrants(row, end, false) : refuse(OTHER_CALL);
  }
  if (nr !== int(DECREASE_NR)) return refuse(OTHER_CALL);
  if (cmd === int(DECREASE_CMD)) return takeExtents(row, end, true);
  return cmd === int(POPULATE_CMD) ? takeExtents(row, end, false) : refuse(OTHER_CALL);
}

/** Takes rows from `first` on, up to `end` at most, of the domain and the log that are lent; how many. */
export function run(first: i32, end: i32): i32 {
  lastNumber = -1;
  rangeStart = 0;
  rangeEnd = 0;
  event = num(EVENT);
  setNum(LEAVES_TAKEN, 0);
  setInt(DMAS, 0);
  setInt(ENTRIES, 0);
  setInt(UNKNOWN_PAGES, 0);
  setInt(MAPS, 0);
  setInt(UNMAPS, 0);
  setInt(DECREASES, 0);
  setInt(POPULATES, 0);
  setInt(CALL_KINDS, 0);
  setInt(DOUBTS, 0);
  setInt(LOST_PAGES, 0);
  setNum(CAME_PAGES, 0);
  setInt(RUNS, 0);
  setNum(OPERATIONS, 0);
  setNum(MISSING, 0);
  setNum(LAST_CALL, 0);
  setInt(OPENED, 0);
  setInt(TOUCHED, 0);
  setInt(READ_ONLY, 0);
  setInt(OUTLIVED, 0);
  const domid = load<i32>(<usize>DOMID * 8, 4);
  const source = int(SOURCE);
  const words = <usize>int(WORDS_AT);
  let row = first;
  while (row < end) {
    if (i32At(DOMID_AT, row) !== domid || i32At(SOURCE_AT, row) !== source) {
      refused = OTHER_ROW;
      break;
    }
    refused = 0;
    const kind = u8At(KIND_AT, row);
    if (kind === DMA) {
      if (!takeDma(words + (<usize>i32At(PAYLOAD_AT, row) << 2))) break;
      row++;
    } else if (kind === GUEST_ENTRY) {
      if (!takeEntry(words + (<usize>i32At(PAYLOAD_AT, row) << 2))) break;
      row++;
    } else if (kind === ENTER) {
      if (!takeCall(row, end)) break;
      row += 2;
    } else {
      refused = OTHER_ROW;
      break;
    }
  }
  setInt(REFUSED, row < end && refused === 0 ? UNUSUAL : refused);
  setNum(EVENT, event);
  return row - first;
}
