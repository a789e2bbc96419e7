// AssemblyScript: the WebAssembly twin of src/formats/templates/line-templates.ts, function by function. tools/make-wasm.mjs
// builds it. Memory is the caller's: where the tables and columns lie stands in the settings at its beginning.

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
/** Values of hex digits, and masks of a literal's last block by its bytes there. */
const HEX: usize = 256;
const MASKS: usize = 512;
const POWERS: usize = 768;

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

@inline
function readHex(to: usize): bool {
  const start = at;
  let p = start;
  let value: u64 = 0;
  let digit: u32 = load<u8>(HEX + <usize>load<u8>(p));
  while (digit < 16) {
    value = (value << 4) | digit;
    digit = load<u8>(HEX + <usize>load<u8>(++p));
  }
  store<u64>(to, value);
  at = p;
  return p !== start && p - start <= 16;
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
    memory.copy(words + (<usize>row << 2), image, <usize>size << 2);
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
  memory.copy(
    words + (<usize>before << 2),
    load<usize>(IMAGES) + (<usize>load<i32>(numbers, 8) << 2),
    <usize>imageWords << 2,
  );
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
    if ((load<i32>(numbers, 24) & IS_CALL) !== 0) {
      call = found;
      store<i32>(START, <i32>p);
      p = at + 1;
      break;
    }
    p = at + 1;
    taken++;
    const task = <usize>(taskInHead ? head : found) << 2;
    const at4 = <usize>row << 2;
    const at8 = <usize>row << 3;
    store<u8>(load<usize>(KIND) + <usize>row, load<u8>(numbers, 16));
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
