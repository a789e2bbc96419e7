// AssemblyScript: the WebAssembly twin of src/formats/templates/line-templates.ts, function by function; and from openOf on what
// ftrace-calls.ts and ndjson-templates.ts make of the lines of a healthy call, which are theirs where anything is unusual.
// tools/make-wasm.mjs builds it. Memory is the caller's: where the tables and columns lie stands in the settings at its beginning.

/** Settings, 4 bytes each, that the caller writes once. */
const LITERALS: usize = 0;
const OPS: usize = 4;
const IMAGES: usize = 8;
const HEADS: usize = 12;
const BODIES: usize = 16;
const CPUS: usize = 20;
const PIDS: usize = 24;
const COMMS: usize = 28;
const KIND: usize = 32;
const TIME: usize = 36;
const DOMID: usize = 40;
const CPU: usize = 44;
const PID: usize = 48;
const COMM: usize = 52;
const PLACE: usize = 56;
const PAYLOAD: usize = 60;
const WORDS: usize = 64;
const ROWS_MAX: usize = 68;
const WORDS_MAX: usize = 72;
const TASK_IN_HEAD: usize = 76;
const SLOTS: usize = 80;
const BEFORE: usize = 84;
const CALLS: usize = 88;
const CALL: usize = 92;
const VIA: usize = 96;
const NR: usize = 100;
const CMD: usize = 104;
const RET: usize = 108;
const NOTES: usize = 112;
const FORMS: usize = 116;
/** What a run is given and gives. */
const HEAD_COUNT: usize = 128;
const BODY_COUNT: usize = 132;
const ROWS: usize = 136;
const WORDS_USED: usize = 140;
const TAKEN: usize = 144;
const NEXT: usize = 148;
const BODY: usize = 152;
const START: usize = 156;
const HEAD: usize = 160;
const LINE_PAYLOAD: usize = 164;
const LAST: usize = 168;
const LAST_HEAD: usize = 172;
const LINE_TIME: usize = 176;
const REGISTERS: usize = 192;
const NEXT_CALL: usize = 224;
const OPEN_COUNT: usize = 232;
const CLOSED: usize = 236;
const MAY_CALL: usize = 240;
/** Values of hex digits, and masks of a literal's last block by its bytes there. */
const HEX: usize = 256;
const MASKS: usize = 512;
const POWERS: usize = 768;
/** Calls under way, as native-calls.ts names their numbers. */
const OPENS: usize = 1024;
const OPEN_BYTES: i32 = 64;
const OPENS_MAX: i32 = 32;
const OPEN_KEY: usize = 0;
const OPEN_CALL: usize = 8;
const OPEN_ARG: usize = 16;
const OPEN_COUNT_OF_OPS: usize = 24;
const OPEN_NR: usize = 32;
const OPEN_CMD: usize = 36;
const OPEN_VIA: usize = 40;
const OPEN_SITE: usize = 44;
const OPEN_LEVEL: usize = 48;
const OPEN_HEAD: usize = 52;
/** Number of the call among those that were lent, -1: it began since. */
const OPEN_LENT: usize = 56;
/** Numbers of a body's call (CallNumber). */
const CALL_BYTES: i32 = 72;
const CALL_WAY: usize = 0;
const CALL_KIND: usize = 4;
const CALL_NR: usize = 8;
const CALL_CMD: usize = 12;
const CALL_VIA: usize = 16;
const CALL_FLAGS: usize = 20;
const CALL_SITE: usize = 24;
const CALL_CMD_AT: usize = 28;
const CALL_ARG_AT: usize = 32;
const CALL_COUNT_AT: usize = 36;
const CALL_RET_AT: usize = 40;
const CALL_ARRAY_AT: usize = 44;
const CALL_DECLARED_AT: usize = 48;
const CALL_ARRAYS: usize = 52;
const CALL_CODES: usize = 56;
/** Ways of a call's line (CallWay). */
const NAMED_ENTER: i32 = 1;
const NAMED_EXIT: i32 = 2;
const GRANT_ENTER: i32 = 3;
const GRANT_EXIT: i32 = 4;
const MEMORY_PART: i32 = 5;
const MEMORY_EXIT: i32 = 6;
const HAS_RET: i32 = 1;
const IS_PLAIN: i32 = 2;
/** Registers of a line that names its call. */
const ID_REGISTER: usize = 0;
const RET_REGISTER: usize = 8;
/** How arguments lie in memory, by sub-op of grant_table_op, then of memory_op (argument-forms.ts). */
const FORM_BYTES: i32 = 256;
const FORMS_MAX: u64 = 16;
const MEMORY_FORMS_MAX: u64 = 32;
const FORM_LISTS: usize = 4;
const FORM_HALF: usize = 8;
const HALF_BYTES: usize = 124;
const FIELD_BYTES: i32 = 12;
const RECORDED_FIELDS: i32 = 1;
const LIST_PRESENT: i32 = 1;
/** The array of the argument's own words among a line's arrays; others are parts of the list behind it, by number. */
const ARGUMENT: u8 = 16;
const PARTS: i32 = 16;
const PART_WORDS: i32 = 64;
/** Where the parts of a call's list lie, and how many words each has. */
const PART_ADDRESSES: usize = 3200;
const PART_SIZES: usize = 3264;
/** What a debug Xen leaves in argument registers (xen/arch/arm/traps.c:do_trap_hypercall@master). */
const OVERWRITTEN: u64 = 0xdeadbeef;

const OP_BYTES: usize = 16;
const BODY_BYTES: usize = 40;
const IS_CALL: i32 = 2;
const SETTLES: i32 = 1;
/** Words that a line may need beside its lists and rows. */
const LINE_WORDS: i32 = 1024;

let at: usize = 0;
let used: i32 = 0;
let words: usize = 0;
let wordsMax: i32 = 0;
let time: f64 = 0;
let payload: i32 = 0;
/** Of the call whose lines are read: the parts of its list that were met (bits), its argument, the body of its last line. */
let parts: i32 = 0;
let argument: usize = 0;
let argumentWords: i32 = 0;
let lastBody: i32 = 0;

/** Fills the tables that do not depend on a log. */
export function setUp(): void {
  memory.fill(HEX, 0xff, 256);
  for (let digit: usize = 0; digit < 10; digit++) store<u8>(HEX + 48 + digit, <u8>digit);
  for (let digit: usize = 0; digit < 6; digit++) store<u8>(HEX + 97 + digit, <u8>(10 + digit));
  for (let size: usize = 0; size < 16; size++) {
    for (let i: usize = 0; i < 16; i++) store<u8>(MASKS + 16 * size + i, i < size ? 0xff : 0);
  }
  let power: f64 = 1;
  for (let i: usize = 0; i < 16; i++) {
    store<f64>(POWERS + 8 * i, power);
    power *= 10;
  }
}

@inline
function isAt(start: usize, literal: usize, size: i32): bool {
  let p = start;
  let l = load<usize>(LITERALS) + (literal << 2);
  let left = size;
  while (left >= 16) {
    if (v128.any_true(v128.xor(v128.load(p), v128.load(l)))) return false;
    p += 16;
    l += 16;
    left -= 16;
  }
  if (left === 0) return true;
  const differs = v128.xor(v128.load(p), v128.load(l));
  return !v128.any_true(v128.and(differs, v128.load(MASKS + (<usize>left << 4))));
}

/** Copies words in blocks of four: up to three more than asked for, where there is room for them. */
@inline
function copyWords(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(to + (<usize>i << 2), v128.load(from + (<usize>i << 2)));
}

/** Reads up to 16 digits at once: which bytes are digits, their values, in reverse order, two to a byte. */
@inline
function readHex(to: usize): bool {
  const p = at;
  const text = v128.load(p);
  const digits = i8x16.sub(text, i8x16.splat(48));
  const letters = i8x16.sub(text, i8x16.splat(97));
  const isDigit = i8x16.lt_u(digits, i8x16.splat(10));
  const isLetter = i8x16.lt_u(letters, i8x16.splat(6));
  const count = ctz<i32>(~i8x16.bitmask(v128.or(isDigit, isLetter)));
  const values = v128.bitselect(digits, i8x16.add(letters, i8x16.splat(10)), isDigit);
  const order = i8x16.sub(
    i8x16.splat(<i8>(count - 1)),
    i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
  );
  // A place beyond the first digit is none of the 16 and gives zero.
  const halves = i8x16.swizzle(values, order);
  const pairs = v128.and(v128.or(halves, i16x8.shr_u(halves, 4)), i16x8.splat(255));
  store<u64>(to, <u64>i64x2.extract_lane(i8x16.narrow_i16x8_u(pairs, pairs), 0));
  at = p + <usize>count;
  return count > 0 && (count < 16 || load<u8>(HEX + <usize>load<u8>(at)) >= 16);
}

/** The number at `at`, all ones where there is none in the form that JSON, too, allows. */
@inline
function readDecimal(): u64 {
  const start = at;
  let p = start;
  let value: u64 = 0;
  let digit: u32 = <u32>load<u8>(p) - 48;
  while (digit < 10) {
    value = value * 10 + digit;
    digit = <u32>load<u8>(++p) - 48;
  }
  at = p;
  const digits = p - start;
  return digits === 0 || digits > 15 || (digits > 1 && load<u8>(start) === 48) ? u64.MAX_VALUE : value;
}

function readTime(start: usize): bool {
  let p = start;
  let value: u64 = 0;
  let digit: u32 = <u32>load<u8>(p) - 48;
  while (digit < 10) {
    value = value * 10 + digit;
    digit = <u32>load<u8>(++p) - 48;
  }
  const whole = p - start;
  if (whole === 0 || whole > 15 || (whole > 1 && load<u8>(start) === 48) || load<u8>(p) !== 46) return false;
  const point = p;
  digit = <u32>load<u8>(++p) - 48;
  while (digit < 10) {
    value = value * 10 + digit;
    digit = <u32>load<u8>(++p) - 48;
  }
  const fraction = p - point - 1;
  if (fraction === 0 || whole + fraction > 15) return false;
  time = <f64>value / load<f64>(POWERS + (fraction << 3));
  at = p;
  return true;
}

function readList(absent: i32): bool {
  const head = used;
  if (head + LINE_WORDS > wordsMax) return false;
  let to = words + (<usize>(head + 2) << 2);
  const end = words + (<usize>(wordsMax - LINE_WORDS) << 2);
  at--;
  do {
    at++;
    // "0x
    if ((load<u32>(at) & 0xffffff) !== 0x783022 || to >= end) return false;
    at += 3;
    if (!readHex(to)) return false;
    to += 8;
    if (load<u8>(at) !== 34) return false;
    at++;
  } while (load<u8>(at) === 44);
  const first = words + (<usize>head << 2);
  store<i32>(first, 1);
  store<i32>(first, <i32>((to - first - 8) >> 3), 4);
  for (let i = 0; i < absent; i++) {
    store<u64>(to, 0);
    to += 8;
  }
  used = <i32>((to - words) >> 2);
  return true;
}

function readArray(): bool {
  const head = used;
  if (head + LINE_WORDS > wordsMax) return false;
  const first = words + (<usize>head << 2);
  let to = first + 8;
  const end = to + 512;
  at--;
  do {
    at++;
    if (to === end || load<u16>(at) !== 0x7830) return false;
    at += 2;
    if (!readHex(to)) return false;
    to += 8;
  } while (load<u8>(at) === 44);
  store<i32>(first, <i32>((to - first - 8) >> 3));
  store<i32>(first, 0, 4);
  used = <i32>((to - words) >> 2);
  return true;
}

function readRows(op: usize, line: i32): bool {
  const first = op + OP_BYTES;
  const end = first + (<usize>load<i32>(op, 4) << 4);
  const size = load<i32>(op, 8);
  const image = load<usize>(IMAGES) + (<usize>load<i32>(op, 12) << 2);
  let rows = 0;
  at--;
  do {
    at++;
    if (used + size + LINE_WORDS > wordsMax) return false;
    const row = used;
    used += size;
    copyWords(words + (<usize>row << 2), image, size);
    if (!readParts(first, end, row, line)) return false;
    rows++;
  } while (load<u8>(at) === 44);
  const head = words + (<usize>line << 2);
  store<i32>(head, rows, 4);
  if (load<i32>(op) === 6) store<u64>(head, <u64>rows, 8);
  return true;
}

function readParts(first: usize, end: usize, base: i32, line: i32): bool {
  for (let op = first; op < end; op += OP_BYTES) {
    const a = load<i32>(op, 4);
    switch (load<i32>(op)) {
      case 0: {
        const size = load<i32>(op, 8);
        if (!isAt(at, <usize>a, size)) return false;
        at += <usize>size;
        break;
      }
      case 1:
        if (!readHex(words + (<usize>(base + a) << 2))) return false;
        break;
      case 2: {
        const value = readDecimal();
        if (value === u64.MAX_VALUE) return false;
        store<u64>(words + (<usize>(base + a) << 2), value);
        break;
      }
      case 3: {
        const value = readDecimal();
        if (value === u64.MAX_VALUE) return false;
        store<f64>(REGISTERS + (<usize>a << 3), <f64>value);
        break;
      }
      case 4:
        if (!readList(a)) return false;
        break;
      case 7:
        if (!readArray()) return false;
        break;
      default:
        if (!readRows(op, line)) return false;
        op += <usize>a << 4;
    }
  }
  return true;
}

function readBody(start: usize, body: i32, waits: bool): bool {
  const numbers = load<usize>(BODIES) + <usize>body * BODY_BYTES;
  const first = load<usize>(OPS) + (<usize>load<i32>(numbers) << 2);
  const size = load<i32>(first, 8);
  if (!isAt(start, <usize>load<i32>(first, 4), size)) return false;
  if (waits && (load<i32>(numbers, 24) & SETTLES) !== 0) return false;
  const before = used;
  const imageWords = load<i32>(numbers, 12);
  copyWords(words + (<usize>before << 2), load<usize>(IMAGES) + (<usize>load<i32>(numbers, 8) << 2), imageWords);
  used = before + imageWords;
  at = start + <usize>size;
  const end = load<usize>(OPS) + (<usize>load<i32>(numbers, 4) << 2);
  if (readParts(first + OP_BYTES, end, before, before) && load<u8>(at) === 10) {
    const refused = load<i32>(numbers, 20);
    if (refused < 0 || load<u64>(words + (<usize>(before + refused) << 2)) !== u64.MAX_VALUE) {
      payload = before;
      return true;
    }
  }
  used = before;
  return false;
}

/** As headSlot (template-table.ts). */
@inline
function headSlot(start: usize): usize {
  let hash: u32 = 0;
  for (let i: usize = 0; i < 5; i++) {
    hash = (hash ^ load<u32>(start + 8 + (i << 2))) * 0x9e3779b1;
    hash ^= hash >>> 15;
  }
  return <usize>(hash & 255);
}

function readTimeBehind(start: usize, head: i32): bool {
  if (head >= load<i32>(HEAD_COUNT)) return false;
  const numbers = load<usize>(HEADS) + (<usize>head << 3);
  const size = load<i32>(numbers, 4);
  return isAt(start, <usize>load<i32>(numbers), size) && readTime(start + <usize>size);
}

/** The head of the line at `start`, -1 where none fits; then `at` is behind its time. */
function readHead(start: usize, last: i32): i32 {
  if (readTimeBehind(start, last)) return last;
  if (load<i32>(TASK_IN_HEAD) === 0) {
    const count = load<i32>(HEAD_COUNT);
    for (let head = 0; head < count; head++) if (readTimeBehind(start, head)) return head;
    return -1;
  }
  let head = load<i32>(load<usize>(SLOTS) + (headSlot(start) << 2));
  while (head >= 0 && !readTimeBehind(start, head)) head = load<i32>(load<usize>(BEFORE) + (<usize>head << 2));
  return head;
}

/** The call under way of an id or a thread: its address, 0: there is none, 1: there are several. */
function openOf(key: f64): usize {
  const count = load<i32>(OPEN_COUNT);
  let found: usize = 0;
  for (let i = 0; i < count; i++) {
    const open = OPENS + <usize>(i * OPEN_BYTES);
    if (load<f64>(open + OPEN_KEY) !== key) continue;
    if (found !== 0) return 1;
    found = open;
  }
  return found;
}

/** Room for one call more under way; 0 where there is none. */
function begin(key: f64): usize {
  const count = load<i32>(OPEN_COUNT);
  if (count >= OPENS_MAX) return 0;
  store<i32>(OPEN_COUNT, count + 1);
  const open = OPENS + <usize>(count * OPEN_BYTES);
  store<f64>(open + OPEN_KEY, key);
  store<i32>(open + OPEN_LENT, -1);
  return open;
}

function close(open: usize): void {
  const lent = load<i32>(open + OPEN_LENT);
  if (lent >= 0) store<u32>(CLOSED, load<u32>(CLOSED) | (1 << lent));
  const count = load<i32>(OPEN_COUNT) - 1;
  store<i32>(OPEN_COUNT, count);
  const last = OPENS + <usize>(count * OPEN_BYTES);
  if (last !== open) memory.copy(open, last, <usize>OPEN_BYTES);
}

@inline
function setCall(row: i32, call: f64, nr: i32, cmd: i32, via: i32): void {
  store<f64>(load<usize>(CALL) + (<usize>row << 3), call);
  store<i32>(load<usize>(NR) + (<usize>row << 2), nr);
  store<i32>(load<usize>(CMD) + (<usize>row << 2), cmd);
  store<u8>(load<usize>(VIA) + <usize>row, <u8>via);
}

/** A line that names its call. Its payload is whole. */
function takeNamed(layout: usize, domid: i32, row: i32): bool {
  const id = load<f64>(REGISTERS + ID_REGISTER);
  const nr = load<i32>(layout + CALL_NR);
  const cmd = load<i32>(layout + CALL_CMD);
  const flags = load<i32>(layout + CALL_FLAGS);
  let open = openOf(id);
  if (load<i32>(layout + CALL_WAY) === NAMED_ENTER) {
    if (domid >= 0 || open !== 0) return false;
    open = begin(id);
    if (open === 0) return false;
    store<f64>(open + OPEN_CALL, id);
    store<i32>(open + OPEN_NR, nr);
    store<i32>(open + OPEN_CMD, cmd);
    setCall(row, id, nr, cmd, load<i32>(layout + CALL_VIA));
    return true;
  }
  if (open <= 1) return false;
  const openNr = load<i32>(open + OPEN_NR);
  const openCmd = load<i32>(open + OPEN_CMD);
  if ((flags & IS_PLAIN) === 0 && (openNr !== nr || openCmd !== cmd)) return false;
  setCall(row, id, openNr, openCmd, 0);
  if ((flags & HAS_RET) !== 0)
    store<f64>(load<usize>(RET) + (<usize>row << 3), load<f64>(REGISTERS + RET_REGISTER));
  close(open);
  return true;
}

/** One op's fields that end at or before byte `end`, from byte `from` of `raw`, as writeRawRow. */
function writeOp(to: usize, half: usize, raw: usize, from: i32, end: i32): void {
  const fields = load<i32>(half);
  let mask: i32 = 0;
  for (let i = 0; i < fields; i++) {
    const field = half + 8 + <usize>(i * FIELD_BYTES);
    const size = load<i32>(field, 4);
    const offset = from + load<i32>(field);
    const value = to + 4 + (<usize>i << 3);
    store<u64>(value, 0);
    if (size === 0 || offset + size > end) continue;
    mask |= 1 << i;
    if (size === 8) {
      store<u64>(value, load<u64>(raw + <usize>offset));
      continue;
    }
    const above = 64 - 8 * size;
    const low = load<u64>(raw + <usize>offset) << above;
    store<u64>(value, load<i32>(field, 8) !== 0 ? <u64>(<i64>low >> above) : low >>> above);
  }
  store<i32>(to, mask);
}

/**
 * Puts the ops of a grant call, as many as `raw`'s `size` words hold, in the place of the values that the line has. False:
 * they are not what a healthy call has, and nothing has changed.
 */
function writeOps(half: usize, opBytes: i32, raw: usize, size: i32, count: i32): bool {
  const end = size << 3;
  let rows = end / opBytes;
  if (rows > count) rows = count;
  if (rows > 0) {
    let isZero = true;
    for (let i = (rows - 1) * opBytes; i < rows * opBytes; i += 4) isZero = isZero && load<i32>(raw + <usize>i) === 0;
    if (isZero) return false;
  } else {
    let isZero = true;
    for (let i = 0; i < size; i++) isZero = isZero && load<u64>(raw + (<usize>i << 3)) === 0;
    if (isZero || end >= opBytes) return false;
    rows = 1;
  }
  const rowWords = load<i32>(half, 4);
  const length = 4 + rows * rowWords;
  if (used + length > wordsMax) return false;
  // The words lie where the ops will be: these are made behind them.
  const made = words + (<usize>used << 2);
  store<i32>(made, RECORDED_FIELDS);
  store<i32>(made, rows, 4);
  store<u64>(made, <u64>count, 8);
  for (let op = 0; op < rows; op++) {
    writeOp(made + 16 + (<usize>(op * rowWords) << 2), half, raw, op * opBytes, end);
  }
  copyWords(words + (<usize>payload << 2), made, length);
  used = payload + length;
  return true;
}

@inline
function threadOf(head: i32): f64 {
  const pid = load<i32>(load<usize>(PIDS) + (<usize>head << 2));
  return <f64>(pid === 0 ? -1 - load<i32>(load<usize>(CPUS) + (<usize>head << 2)) : pid);
}

@inline
function valueOf(values: usize, place: i32): u64 {
  return load<u64>(values + (<usize>place << 2));
}

/** A call of a probe that begins; `begin` has room. */
function beginProbed(layout: usize, head: i32, row: i32, cmd: i32, arg: u64, count: f64): void {
  const call = load<f64>(NEXT_CALL);
  store<f64>(NEXT_CALL, call + 1);
  const open = begin(threadOf(head));
  const nr = load<i32>(layout + CALL_NR);
  const via = load<i32>(layout + CALL_VIA);
  store<f64>(open + OPEN_CALL, call);
  store<u64>(open + OPEN_ARG, arg);
  store<f64>(open + OPEN_COUNT_OF_OPS, count);
  store<i32>(open + OPEN_NR, nr);
  store<i32>(open + OPEN_CMD, cmd);
  store<i32>(open + OPEN_VIA, via);
  store<i32>(open + OPEN_SITE, load<i32>(layout + CALL_SITE));
  store<i32>(open + OPEN_LEVEL, load<i32>(load<usize>(NOTES) + (<usize>head << 2)));
  store<i32>(open + OPEN_HEAD, head);
  setCall(row, call, nr, cmd, via);
}

/** The call that returns on the line of a probe; 0: it is not sure which one does. */
function returning(layout: usize, head: i32): usize {
  const open = openOf(threadOf(head));
  return open > 1 &&
    load<i32>(open + OPEN_LEVEL) === load<i32>(load<usize>(NOTES) + (<usize>head << 2)) &&
    load<i32>(open + OPEN_SITE) === load<i32>(layout + CALL_SITE) &&
    load<i32>(open + OPEN_NR) === load<i32>(layout + CALL_NR)
    ? open
    : 0;
}

function endProbed(open: usize, row: i32, ret: u64): void {
  const nr = load<i32>(open + OPEN_NR);
  setCall(row, load<f64>(open + OPEN_CALL), nr, load<i32>(open + OPEN_CMD), load<i32>(open + OPEN_VIA));
  store<f64>(load<usize>(RET) + (<usize>row << 3), <f64>(<i64>ret));
  close(open);
}

/** Notes where the arrays of a line lie whose values are at `values`; false: the call has one of them already. */
function gather(layout: usize, values: usize): bool {
  const count = load<i32>(layout + CALL_ARRAYS);
  let array = values + (<usize>load<i32>(layout + CALL_ARRAY_AT) << 2);
  for (let i = 0; i < count; i++) {
    const code = load<u8>(layout + CALL_CODES + <usize>i);
    const size = load<i32>(array);
    if (code === ARGUMENT) {
      if (argumentWords > 0) return false;
      argument = array + 8;
      argumentWords = size;
    } else {
      if ((parts & (1 << code)) !== 0) return false;
      parts |= 1 << code;
      store<usize>(PART_ADDRESSES + (<usize>code << 2), array + 8);
      store<i32>(PART_SIZES + (<usize>code << 2), size);
    }
    array += 8 + (<usize>size << 3);
  }
  return true;
}

/** Elements of the list, -1 where a part of it is missing or is not full before another one. */
function elementsMet(): i32 {
  let met = 0;
  let part = 0;
  for (; part < PARTS && (parts & (1 << part)) !== 0; part++) {
    if (met !== part * PART_WORDS) return -1;
    met += load<i32>(PART_SIZES + (<usize>part << 2));
  }
  return parts >>> part === 0 || part === PARTS ? met : -1;
}

@inline
function element(index: i32): u64 {
  const part = <usize>(index / PART_WORDS);
  return load<u64>(load<usize>(PART_ADDRESSES + (part << 2)) + (<usize>(index % PART_WORDS) << 3));
}

/** Reads the line that follows as the rest of the same call's list; it must complete it. */
function takeRest(layout: usize, values: usize, head: i32, end: usize): bool {
  const next = at + 1;
  const first = payload;
  if (next >= end || used + LINE_WORDS >= wordsMax || !readTimeBehind(next, head)) return false;
  const start = at;
  const count = load<i32>(BODY_COUNT);
  for (let body = 0; body < count; body++) {
    const other = load<usize>(CALLS) + <usize>(body * CALL_BYTES);
    if (load<i32>(other + CALL_WAY) !== MEMORY_PART) continue;
    if (load<i32>(other + CALL_SITE) !== load<i32>(layout + CALL_SITE) || !readBody(start, body, false)) continue;
    const its = words + (<usize>payload << 2);
    payload = first;
    lastBody = body;
    const declared = valueOf(values, load<i32>(layout + CALL_DECLARED_AT));
    return (
      valueOf(values, load<i32>(layout + CALL_CMD_AT)) === valueOf(its, load<i32>(other + CALL_CMD_AT)) &&
      valueOf(values, load<i32>(layout + CALL_ARG_AT)) === valueOf(its, load<i32>(other + CALL_ARG_AT)) &&
      declared === valueOf(its, load<i32>(other + CALL_DECLARED_AT)) &&
      gather(other, its) &&
      argumentWords > 0 &&
      <i64>elementsMet() >= <i64>declared
    );
  }
  return false;
}

/**
 * The entry of a memory_op, of whose thread no other call is under way: the lines that it has, 0: it is not one that a healthy
 * call has.
 */
function takeMemory(layout: usize, head: i32, row: i32, end: usize): i32 {
  const first = payload;
  const values = words + (<usize>first << 2);
  const cmd = valueOf(values, load<i32>(layout + CALL_CMD_AT));
  const arg = valueOf(values, load<i32>(layout + CALL_ARG_AT));
  if (cmd >= MEMORY_FORMS_MAX || openOf(threadOf(head)) !== 0 || load<i32>(OPEN_COUNT) >= OPENS_MAX) return 0;
  const form = load<usize>(FORMS) + <usize>((<i32>FORMS_MAX + <i32>cmd) * FORM_BYTES);
  if (load<i32>(form) === 0) return 0;
  parts = 0;
  argumentWords = 0;
  let lines = 1;
  if (!gather(layout, values)) return 0;
  if (load<i32>(layout + CALL_WAY) === MEMORY_PART) {
    const declared = valueOf(values, load<i32>(layout + CALL_DECLARED_AT));
    if (declared > <u64>i32.MAX_VALUE) return 0;
    if (argumentWords === 0) {
      if (!takeRest(layout, values, head, end)) return 0;
      lines = 2;
    } else if (<i64>elementsMet() < <i64>declared) return 0;
  }
  let isZero = true;
  for (let i = 0; i < argumentWords; i++) isZero = isZero && load<u64>(argument + (<usize>i << 3)) === 0;
  if (isZero) return 0;
  const argumentBytes = argumentWords << 3;
  const half = form + FORM_HALF;
  const rowWords = load<i32>(half, 4);
  const lists = load<i32>(form + FORM_LISTS);
  let elements = 0;
  let isAbsent = false;
  if (lists > 0) {
    const place = load<i32>(half + HALF_BYTES);
    const size = load<i32>(half + HALF_BYTES, 4);
    if (place + size > argumentBytes) return 0;
    const above = 64 - 8 * size;
    const declared = (load<u64>(argument + <usize>place) << above) >>> above;
    isAbsent = declared === 0 || load<u64>(argument) === 0;
    elements = elementsMet();
    if (elements < 0) return 0;
    if (isAbsent) elements = 0;
    else if (declared < <u64>elements) elements = <i32>declared;
    while (elements > 0 && element(elements - 1) === 0) elements--;
  }
  const length = 4 + rowWords + (lists > 0 ? 2 + 2 * elements : 0);
  if (used + length > wordsMax) return 0;
  // The lines' own values lie where the argument will be: it is made behind them.
  const made = words + (<usize>used << 2);
  store<i32>(made, RECORDED_FIELDS);
  store<i32>(made, 1, 4);
  store<u64>(made, 0, 8);
  writeOp(made + 16, half, argument, 0, argumentBytes);
  if (lists > 0) {
    const list = made + 16 + (<usize>rowWords << 2);
    store<i32>(list, isAbsent ? 0 : LIST_PRESENT);
    store<i32>(list, elements, 4);
    for (let i = 0; i < elements; i += PART_WORDS) {
      const part = <usize>(i / PART_WORDS) << 2;
      const size = elements - i < PART_WORDS ? elements - i : PART_WORDS;
      memory.copy(list + 8 + (<usize>i << 3), load<usize>(PART_ADDRESSES + part), <usize>size << 3);
    }
  }
  memory.copy(words + (<usize>first << 2), made, <usize>length << 2);
  used = first + length;
  beginProbed(layout, head, row, <i32>cmd, arg, 0);
  return lines;
}

/** The return of a memory_op, which has nothing but its result. */
function takeMemoryExit(layout: usize, head: i32, row: i32): bool {
  const open = returning(layout, head);
  const values = words + (<usize>payload << 2);
  const arg = valueOf(values, load<i32>(layout + CALL_ARG_AT));
  if (open === 0 || (arg !== load<u64>(open + OPEN_ARG) && arg !== OVERWRITTEN)) return false;
  endProbed(open, row, valueOf(values, load<i32>(layout + CALL_RET_AT)));
  store<u64>(values, 0);
  store<u64>(values, 0, 8);
  used = payload + 4;
  return true;
}

/** A probe's line of a grant call, of whose thread no other call is under way. */
function takeGrant(layout: usize, head: i32, row: i32): bool {
  const values = words + (<usize>payload << 2);
  const raw = values + (<usize>load<i32>(layout + CALL_ARRAY_AT) << 2) + 8;
  const size = load<i32>(raw - 8);
  const arg = valueOf(values, load<i32>(layout + CALL_ARG_AT));
  if (load<i32>(layout + CALL_WAY) === GRANT_ENTER) {
    const cmd = valueOf(values, load<i32>(layout + CALL_CMD_AT));
    const count = valueOf(values, load<i32>(layout + CALL_COUNT_AT));
    if (openOf(threadOf(head)) !== 0 || load<i32>(OPEN_COUNT) >= OPENS_MAX) return false;
    if (cmd >= FORMS_MAX || count === 0 || count > <u64>i32.MAX_VALUE) return false;
    const form = load<usize>(FORMS) + <usize>(<i32>cmd * FORM_BYTES);
    const opBytes = load<i32>(form);
    if (opBytes === 0 || !writeOps(form + FORM_HALF, opBytes, raw, size, <i32>count)) return false;
    beginProbed(layout, head, row, <i32>cmd, arg, <f64>count);
    return true;
  }
  const open = returning(layout, head);
  if (open === 0 || load<u64>(open + OPEN_ARG) !== arg || arg === OVERWRITTEN) return false;
  const cmd = load<i32>(open + OPEN_CMD);
  const count = load<f64>(open + OPEN_COUNT_OF_OPS);
  if (cmd < 0 || <u64>cmd >= FORMS_MAX || count <= 0 || count > <f64>i32.MAX_VALUE) return false;
  const form = load<usize>(FORMS) + <usize>(cmd * FORM_BYTES);
  const opBytes = load<i32>(form);
  const ret = valueOf(values, load<i32>(layout + CALL_RET_AT));
  if (opBytes === 0 || !writeOps(form + FORM_HALF + HALF_BYTES, opBytes, raw, size, <i32>count)) return false;
  endProbed(open, row, ret);
  return true;
}

/** Takes the line of a call whose body is `body`, and one behind it where the call has two; their number, 0: they are the caller's. */
function takeCall(body: i32, head: i32, row: i32, waits: bool, end: usize): i32 {
  if (waits || load<i32>(MAY_CALL) === 0) return 0;
  const layout = load<usize>(CALLS) + <usize>(body * CALL_BYTES);
  const way = load<i32>(layout + CALL_WAY);
  if (way === 0) return 0;
  const before = at;
  const timeBefore = time;
  const usedBefore = used;
  const payloadBefore = payload;
  let lines = 1;
  lastBody = body;
  if (way <= NAMED_EXIT) {
    const domid = load<i32>(load<usize>(BODIES) + <usize>body * BODY_BYTES, 28);
    if (!takeNamed(layout, domid, row)) lines = 0;
  } else if (way <= GRANT_EXIT) {
    if (!takeGrant(layout, head, row)) lines = 0;
  } else if (way === MEMORY_EXIT) {
    if (!takeMemoryExit(layout, head, row)) lines = 0;
  } else lines = takeMemory(layout, head, row, end);
  if (lines > 0) {
    store<u8>(load<usize>(KIND) + <usize>row, load<u8>(layout + CALL_KIND));
    return lines;
  }
  at = before;
  time = timeBefore;
  used = usedBefore;
  payload = payloadBefore;
  return 0;
}

/** As LineTemplates.run; `start` and `end` are addresses. */
export function run(start: usize, end: usize, line: i32, waits: bool): void {
  words = load<usize>(WORDS);
  wordsMax = load<i32>(WORDS_MAX);
  used = load<i32>(WORDS_USED);
  const bodies: usize = load<usize>(BODIES);
  const bodyCount = load<i32>(BODY_COUNT);
  const rowsMax = load<i32>(ROWS_MAX);
  const taskInHead = load<i32>(TASK_IN_HEAD) !== 0;
  let row = load<i32>(ROWS);
  let last = load<i32>(LAST);
  let head = load<i32>(LAST_HEAD);
  let taken = 0;
  let call = -1;
  let p = start;
  while (p < end && row < rowsMax && used + LINE_WORDS < wordsMax) {
    const fitting = readHead(p, head);
    if (fitting < 0) break;
    head = fitting;
    const body = at;
    const before = bodies + <usize>(last < 0 ? 0 : last) * BODY_BYTES;
    const next = load<i32>(before, 32);
    let found = readBody(body, next, waits) ? next : -1;
    if (found < 0) {
      const other = load<i32>(before, 36);
      if (other !== next && readBody(body, other, waits)) found = other;
      for (let i = 0; found < 0 && i < bodyCount; i++) {
        if (i !== next && i !== other && readBody(body, i, waits)) found = i;
      }
      if (found < 0) break;
      store<i32>(before, next, 36);
      store<i32>(before, found, 32);
    }
    last = found;
    const numbers = bodies + <usize>found * BODY_BYTES;
    let lines = 1;
    if ((load<i32>(numbers, 24) & IS_CALL) === 0) {
      store<u8>(load<usize>(KIND) + <usize>row, load<u8>(numbers, 16));
    } else lines = takeCall(found, head, row, waits, end);
    if (lines === 0) {
      call = found;
      store<i32>(START, <i32>p);
      p = at + 1;
      break;
    }
    p = at + 1;
    taken += lines;
    if (lines > 1) last = lastBody;
    const task = <usize>(taskInHead ? head : found) << 2;
    const at4 = <usize>row << 2;
    const at8 = <usize>row << 3;
    store<f64>(load<usize>(TIME) + at8, time);
    store<f64>(load<usize>(PLACE) + at8, <f64>(line + taken));
    store<i32>(load<usize>(DOMID) + at4, load<i32>(numbers, 28));
    store<i32>(load<usize>(CPU) + at4, load<i32>(load<usize>(CPUS) + task));
    store<i32>(load<usize>(PID) + at4, load<i32>(load<usize>(PIDS) + task));
    store<i32>(load<usize>(COMM) + at4, load<i32>(load<usize>(COMMS) + task));
    store<i32>(load<usize>(PAYLOAD) + at4, payload);
    row++;
  }
  store<i32>(ROWS, row);
  store<i32>(WORDS_USED, used);
  store<i32>(TAKEN, taken);
  store<i32>(NEXT, <i32>p);
  store<i32>(BODY, call);
  store<i32>(HEAD, head);
  store<i32>(LINE_PAYLOAD, payload);
  store<i32>(LAST, last);
  store<i32>(LAST_HEAD, head);
  store<f64>(LINE_TIME, time);
}
