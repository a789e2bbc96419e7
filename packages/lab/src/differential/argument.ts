import { PAGE_SIZE } from "@xgt/hypercall-abi";

/** The argument memory of one call, and what the executor puts into it: lines of its script. */
export class Argument {
  /** Slot whose handle was put in last; -1: none. */
  lastSlot = -1;
  private readonly bytes: DataView;
  private readonly lines: string[] = [];

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
    this.lines.push(`p ${at} ${offset}`);
  }

  /** Frame number `frame` of those set aside, `add` frames on. */
  frame(at: number, frame: number, add: number): void {
    this.lines.push(`g ${at} ${frame} ${add}`);
  }

  /** Address of that frame, `frames` frames and `bytes` bytes on. */
  address(at: number, frame: number, frames: number, bytes: number): void {
    this.lines.push(`a ${at} ${frame} ${frames * PAGE_SIZE + bytes}`);
  }

  /** The ref of the executor's grant `grant`. */
  ref(at: number, grant: number): void {
    this.lines.push(`r ${at} ${grant}`);
  }

  /** The handle that the map of a slot was answered. */
  handle(at: number, slot: number): void {
    this.lastSlot = slot;
    this.lines.push(`h ${at} ${slot}`);
  }

  /** The address that the map of a slot was made at. */
  slotAddress(at: number, slot: number): void {
    this.lines.push(`H ${at} ${slot}`);
  }

  /** The map op at `at` fills a slot. */
  fills(at: number, slot: number): void {
    this.lines.push(`s ${at} ${slot}`);
  }

  /** The unmap op at `at` ends a slot. */
  ends(at: number, slot: number): void {
    this.lines.push(`u ${at} ${slot}`);
  }

  /** The swap op at `at` is to be taken back. */
  swaps(at: number): void {
    this.lines.push(`w ${at} 0`);
  }

  /** The script's lines of a hypercall with this memory as its argument. */
  call(nr: number, cmd: number, count = 0): string[] {
    return this.callAt(nr, cmd, "@0", count);
  }

  /** The call with another pointer in the memory's place. */
  callAt(nr: number, cmd: number, pointer: string, count: number): string[] {
    const memory = Buffer.from(this.bytes.buffer).toString("hex");
    return [`call ${nr} ${cmd} ${pointer} ${count} ${memory}`, ...this.lines, "go"];
  }
}
