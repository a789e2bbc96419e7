import { PAGE_SIZE } from "@xgt/hypercall-abi";

/** One step of the executor's script, as guest/executor/execute.c reads it. */
export type ScriptStep = Uint8Array;

/** Bytes of a step before its argument memory, and of one patch behind that. */
const STEP_HEAD_BYTES = 24;
const PATCH_BYTES = 16;

const CALL = 1;
/** Begins a sequence on healed frames. */
export const HEAL_STEP: ScriptStep = headOf(2);
/** Ends the script. */
export const END_STEP: ScriptStep = headOf(0);

/** What the executor does to the argument memory: before the call, and what it keeps of it afterwards. */
interface Patch {
  readonly what: "p" | "g" | "a" | "r" | "h" | "H" | "s" | "u" | "w";
  readonly at: number;
  readonly value: number;
  readonly add: number;
}

/** The argument memory of one call, and what the executor puts into it. */
export class Argument {
  /** Slot whose handle was put in last; -1: none. */
  lastSlot = -1;
  private readonly bytes: DataView;
  private readonly patches: Patch[] = [];

  constructor(size: number) {
    this.bytes = new DataView(new ArrayBuffer(size));
  }

  /** 16 bits at byte `at`. */
  u16(at: number, value: number): void {
    this.bytes.setUint16(at, value, true);
  }

  /** 32 bits at byte `at`. */
  u32(at: number, value: number): void {
    this.bytes.setUint32(at, value, true);
  }

  /** 64 bits at byte `at`. */
  u64(at: number, value: bigint): void {
    this.bytes.setBigUint64(at, value, true);
  }

  /** Address of `offset` in this memory. */
  pointer(at: number, offset: number): void {
    this.patch("p", at, offset);
  }

  /** Frame number `frame` of those set aside, `add` frames on. */
  frame(at: number, frame: number, add: number): void {
    this.patch("g", at, frame, add);
  }

  /** Address of that frame, `frames` frames and `bytes` bytes on. */
  address(at: number, frame: number, frames: number, bytes: number): void {
    this.patch("a", at, frame, frames * PAGE_SIZE + bytes);
  }

  /** The ref of the executor's grant `grant`. */
  ref(at: number, grant: number): void {
    this.patch("r", at, grant);
  }

  /** The handle that the map of a slot was answered. */
  handle(at: number, slot: number): void {
    this.lastSlot = slot;
    this.patch("h", at, slot);
  }

  /** The address that the map of a slot was made at. */
  slotAddress(at: number, slot: number): void {
    this.patch("H", at, slot);
  }

  /** The map op at `at` fills a slot. */
  fills(at: number, slot: number): void {
    this.patch("s", at, slot);
  }

  /** The unmap op at `at` ends a slot. */
  ends(at: number, slot: number): void {
    this.patch("u", at, slot);
  }

  /** The swap op at `at` is to be taken back. */
  swaps(at: number): void {
    this.patch("w", at, 0);
  }

  /** The script's step of a hypercall with this memory as its argument. */
  call(nr: number, cmd: number, count = 0): ScriptStep {
    return this.step(nr, cmd, count, null);
  }

  /** The call with an address in the memory's place. */
  callAt(nr: number, cmd: number, address: bigint, count: number): ScriptStep {
    return this.step(nr, cmd, count, address);
  }

  private patch(what: Patch["what"], at: number, value: number, add = 0): void {
    this.patches.push({ what, at, value, add });
  }

  private step(nr: number, cmd: number, count: number, address: bigint | null): ScriptStep {
    const size = this.bytes.byteLength;
    const step = headOf(CALL, size + this.patches.length * PATCH_BYTES);
    const view = new DataView(step.buffer);
    view.setUint8(1, nr);
    view.setUint8(2, this.patches.length);
    view.setUint8(3, address === null ? 1 : 0);
    view.setUint32(4, cmd, true);
    view.setUint32(8, count, true);
    view.setUint32(12, size, true);
    view.setBigUint64(16, address ?? 0n, true);
    step.set(new Uint8Array(this.bytes.buffer), STEP_HEAD_BYTES);
    let at = STEP_HEAD_BYTES + size;
    for (const { what, at: place, value, add } of this.patches) {
      view.setUint8(at, what.charCodeAt(0));
      view.setUint16(at + 2, place, true);
      view.setUint32(at + 4, value, true);
      view.setBigUint64(at + 8, BigInt(add), true);
      at += PATCH_BYTES;
    }
    return step;
  }
}

/** A step's bytes with `more` behind its head. */
function headOf(kind: number, more = 0): Uint8Array {
  const step = new Uint8Array(STEP_HEAD_BYTES + more);
  step[0] = kind;
  return step;
}
