/** What is read of arm64 instructions (Arm Architecture Reference Manual, C4.1 and C6.2). */

const INSTRUCTION_BYTES = 4;
/** Instructions before a call among which its first argument is looked for. */
const ARGUMENT_WINDOW = 24;

/** Where a direct branch goes, in bytes from itself; null for any other instruction. */
export function branchOffset(instruction: number): number | null {
  const op = instruction >>> 26;
  if (op === 0b000101 || op === 0b100101) return signed(instruction, 0, 26) * INSTRUCTION_BYTES;
  // B.cond and BC.cond; CBZ and CBNZ.
  if ((instruction & 0xff000000) >>> 0 === 0x54000000 || (instruction & 0x7e000000) === 0x34000000)
    return signed(instruction, 5, 19) * INSTRUCTION_BYTES;
  // TBZ and TBNZ.
  if ((instruction & 0x7e000000) === 0x36000000) return signed(instruction, 5, 14) * INSTRUCTION_BYTES;
  return null;
}

/** BL: a branch that comes back. */
export function isCall(instruction: number): boolean {
  return instruction >>> 26 === 0b100101;
}

/**
 * The constant that x0 holds at a call; null where it is not known to be one. `code` holds the function from byte
 * `start` to `end`, the call stands at byte `call`. Not known where another instruction may have written x0, or where
 * a branch of the function leads between the constant and the call.
 */
export function constantArgument(code: Buffer, start: number, end: number, call: number): number | null {
  const first = Math.max(start, call - ARGUMENT_WINDOW * INSTRUCTION_BYTES);
  for (let at = call - INSTRUCTION_BYTES; at >= first; at -= INSTRUCTION_BYTES) {
    const instruction = code.readUInt32LE(at);
    // MOVZ w0 or x0, not shifted.
    if ((instruction & 0x7fe0001f) === 0x52800000) {
      return isEntered(code, start, end, at, call) ? null : (instruction >>> 5) & 0xffff;
    }
    // Branches and system instructions, but hints such as NOP.
    const isHint = (instruction & 0xfffff01f) >>> 0 === 0xd503201f;
    const isBranch = ((instruction >>> 26) & 0b111) === 0b101 && !isHint;
    // Bits 0 to 4 name what most instructions write, and what stores read: both end the search.
    if (isBranch || (instruction & 0x1f) === 0) return null;
  }
  return null;
}

/** Whether a branch inside `code[start, end)` leads behind `after`, up to `to`. */
function isEntered(code: Buffer, start: number, end: number, after: number, to: number): boolean {
  for (let at = start; at + INSTRUCTION_BYTES <= end; at += INSTRUCTION_BYTES) {
    const offset = branchOffset(code.readUInt32LE(at));
    if (offset !== null && at + offset > after && at + offset <= to) return true;
  }
  return false;
}

/** The signed number in `bits` bits from bit `low` on. */
function signed(instruction: number, low: number, bits: number): number {
  return (instruction << (32 - low - bits)) >> (32 - bits);
}
