import { Gntmap } from "@xgt/hypercall-abi";
import { DENSE_HANDLES_FIRST, DENSE_HANDLES_MAX, SPARSE_HANDLES_MAX } from "../limits.ts";
import { type ColumnRoom, grown, moved, separateRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { PairColumn } from "../memory/pair-column.ts";
import { NOT_KNOWN } from "./frame-kind.ts";
import { HandleIndex } from "./handle-index.ts";
import { ReleasedFrames } from "./released-frames.ts";

/** What is known of a maptrack handle. */
export const HandleState = {
  /** Never seen in this log. */
  unseen: 0,
  live: 1,
  released: 2,
  /** An unmap went where its outcome is not to be relied on. */
  unknown: 3,
} as const;

/** Handles that there is room for at first. */
const FIRST_HANDLES = 256;
/** Of the dense table, the part that has to be live before it grows beyond DENSE_HANDLES_FIRST: one in so many handles. */
const LIVE_SHARE = 4;

/**
 * The grant mappings that one domain holds (xen/common/grant_table.c: struct grant_mapping), in columns by slot.
 * Handles are small numbers, so a slot is the handle itself unless a log names absurd ones.
 */
export class Maptrack {
  state: Uint8Array = separateRoom.uint8(FIRST_HANDLES);
  granter: Int32Array = separateRoom.int32(FIRST_HANDLES);
  readonly ref = new PairColumn(FIRST_HANDLES, 0);
  /** Low bits of Gntmap. */
  flags: Uint8Array = separateRoom.uint8(FIRST_HANDLES);
  /** gfn where the mapping was made. */
  readonly gfn = new PairColumn(FIRST_HANDLES, 0);
  /** Granted frame; NOT_KNOWN. */
  readonly mfn = new PairColumn(FIRST_HANDLES, NOT_KNOWN);
  /** 1 while the p2m entry made by this handle is there. */
  mapped: Uint8Array = separateRoom.uint8(FIRST_HANDLES);
  /** Event of the map, and of the release. */
  readonly mapEvent = new PairColumn(FIRST_HANDLES, 0);
  readonly releaseEvent = new PairColumn(FIRST_HANDLES, 0);
  /** Live handles now, and at most. */
  live = 0;
  livePeak = 0;
  private allSeen: boolean;
  /** Live handles by frame. */
  private readonly liveByMfn = new HandleIndex((slot) => this.mfn.get(slot));
  /**
   * Live handles by (granter, ref). Xen looks at a grant entry's frame at the first pin only: while any map lives, further
   * ones get the same frame (common/grant_table.c:map_grant_ref@master).
   */
  private readonly pins = new HandleIndex((slot) => pinKey(this.granter[slot], this.ref.get(slot)));
  /** Frames whose last handle seen live was released. */
  private readonly releasedFrames = new ReleasedFrames();
  private readonly sparse = new Map<number, number>();
  /** The handles of slots beyond the dense table. */
  private readonly sparseHandles = new Map<number, number>();
  private slots = 0;
  /** Handles below this are in the dense table: their slot is the handle itself. */
  private denseEnd = DENSE_HANDLES_FIRST;
  private room: ColumnRoom = separateRoom;

  constructor(complete: boolean) {
    this.allSeen = complete;
    this.pins.resize(FIRST_HANDLES);
    this.liveByMfn.resize(FIRST_HANDLES);
  }

  /** False: handles made before the log began, or while records were lost, may be live too. */
  get complete(): boolean {
    return this.allSeen;
  }

  /** A map of which the handle is not known was made. */
  missHandle(): void {
    this.allSeen = false;
  }

  /** Slot of a handle, or -1 where it was never seen. */
  find(handle: number): number {
    if (handle < this.denseEnd) return handle < this.slots ? handle : -1;
    return this.sparse.get(handle) ?? -1;
  }

  /** The handle of a slot. */
  handleOf(slot: number): number {
    return slot < this.denseEnd ? slot : (this.sparseHandles.get(slot) ?? slot);
  }

  /** Whether a handle is one of those whose slot is the handle itself. */
  isDense(handle: number): boolean {
    return handle < this.denseEnd;
  }

  /** State of a handle. */
  stateOf(handle: number): number {
    const slot = this.find(handle);
    return slot < 0 ? HandleState.unseen : this.state[slot];
  }

  /** Takes a handle into use; returns its slot, or -1 beyond the bounds. */
  open(
    handle: number,
    granter: number,
    ref: number,
    flags: number,
    gfn: number,
    mfn: number,
    event: number,
  ): number {
    const slot = this.slotFor(handle);
    if (slot < 0) return -1;
    if (this.state[slot] === HandleState.live) this.uncount(slot);
    this.state[slot] = HandleState.live;
    this.granter[slot] = granter;
    this.ref.set(slot, ref);
    this.flags[slot] = flags;
    this.gfn.set(slot, gfn);
    this.mfn.set(slot, mfn);
    this.mapped[slot] = 1;
    this.mapEvent.set(slot, event);
    if (this.releaseEvent.get(slot) !== 0) this.releaseEvent.set(slot, 0);
    if (++this.live > this.livePeak) this.livePeak = this.live;
    this.pins.add(slot);
    if (mfn !== NOT_KNOWN) this.liveByMfn.add(slot);
    return slot;
  }

  /** Ends a live handle as `released`, or as `unknown`. */
  close(slot: number, state: number, event: number): void {
    if (this.state[slot] === HandleState.live) this.uncount(slot);
    this.state[slot] = state;
    this.mapped[slot] = 0;
    this.releaseEvent.set(slot, event);
    this.noteReleased(this.mfn.get(slot), state, event);
  }

  /** The mapping that the handle made is gone from the p2m; the handle lives on. */
  loseMapping(slot: number): void {
    this.mapped[slot] = 0;
  }

  /** Whether a frame has a live handle. */
  isLive(mfn: number): boolean {
    return this.liveByMfn.has(mfn);
  }

  /** Whether a map of (granter, ref) is live. */
  pinned(granter: number, ref: number): boolean {
    return this.pins.has(pinKey(granter, ref));
  }

  /** Slot of the newest live map of (granter, ref); NOT_KNOWN where there is none. */
  pinnedSlot(granter: number, ref: number): number {
    return this.pins.newest(pinKey(granter, ref));
  }

  /** Frame of a live map of (granter, ref); NOT_KNOWN where there is none or it is not known. */
  pinnedMfn(granter: number, ref: number): number {
    const slot = this.pinnedSlot(granter, ref);
    return slot === NOT_KNOWN ? NOT_KNOWN : this.mfn.get(slot);
  }

  /** Live maps of (granter, ref) that are read-only, or that are writable. */
  pinCount(granter: number, ref: number, readOnly: boolean): number {
    let count = 0;
    this.pins.forEach(pinKey(granter, ref), (slot) => {
      if (((this.flags[slot] & Gntmap.readonly) !== 0) === readOnly) count++;
    });
    return count;
  }

  /** Event at which the last handle of a frame was released; 0: not in this log, or a handle has it again. */
  releasedAt(mfn: number): number {
    return this.liveByMfn.has(mfn) ? 0 : this.releasedFrames.eventOf(mfn);
  }

  /** The frame of a live handle has become known. */
  learnMfn(slot: number, mfn: number): void {
    if (this.mfn.get(slot) !== NOT_KNOWN) return;
    this.mfn.set(slot, mfn);
    if (this.state[slot] === HandleState.live) this.liveByMfn.add(slot);
  }

  /** Calls `visit` with each live handle and its slot, in order of handle. */
  forEachLive(visit: (handle: number, slot: number) => void): void {
    const dense = Math.min(this.slots, this.denseEnd);
    for (let slot = 0; slot < dense; slot++) {
      if (this.state[slot] === HandleState.live) visit(slot, slot);
    }
    const rest = [...this.sparse].sort((a, b) => a[0] - b[0]);
    for (const [handle, slot] of rest) if (this.state[slot] === HandleState.live) visit(handle, slot);
  }

  /** Records were lost: what was live may be gone, what was free may be live. */
  forget(): void {
    if (this.denseEnd > DENSE_HANDLES_FIRST) {
      this.denseEnd = DENSE_HANDLES_FIRST;
      this.slots = Math.min(this.slots, this.denseEnd);
      this.resize(this.denseEnd, this.room);
    }
    this.state.fill(HandleState.unseen, 0, this.slots);
    this.live = 0;
    this.liveByMfn.clear();
    this.pins.clear();
    this.releasedFrames.clear();
    this.sparse.clear();
    this.sparseHandles.clear();
    this.allSeen = false;
  }

  moveTo(room: ColumnRoom): void {
    this.resize(this.state.length, room);
    this.room = room;
    this.liveByMfn.moveTo(room);
    this.pins.moveTo(room);
    this.releasedFrames.moveTo(room);
  }

  /** Whether the module can read all columns. */
  get isPlain(): boolean {
    for (const name of numberColumns) if (!this[name].isPlain) return false;
    return true;
  }

  /** Tells the module of the handles whose slots are the handles themselves. */
  lend(kernel: KernelMemory): void {
    const { integers } = kernel;
    integers[2 * slots.HANDLE_STATE_AT] = this.state.byteOffset;
    integers[2 * slots.HANDLE_GRANTER_AT] = this.granter.byteOffset;
    this.ref.lend(kernel, slots.HANDLE_REF_AT);
    integers[2 * slots.HANDLE_FLAGS_AT] = this.flags.byteOffset;
    this.gfn.lend(kernel, slots.HANDLE_GFN_AT);
    this.mfn.lend(kernel, slots.HANDLE_MFN_AT);
    integers[2 * slots.HANDLE_MAPPED_AT] = this.mapped.byteOffset;
    this.mapEvent.lend(kernel, slots.HANDLE_MAP_EVENT_AT);
    this.releaseEvent.lend(kernel, slots.HANDLE_RELEASE_EVENT_AT);
    integers[2 * slots.HANDLES] = this.slots;
    integers[2 * slots.HANDLES_MAX] = Math.min(this.state.length, this.denseEnd);
    integers[2 * slots.HANDLES_BOUND] = this.denseEnd;
    integers[2 * slots.LIVE] = this.live;
    integers[2 * slots.LIVE_PEAK] = this.livePeak;
    this.liveByMfn.lend(kernel, slots.LIVE_BY_MFN);
    this.pins.lend(kernel, slots.PINS);
    this.releasedFrames.lend(kernel);
  }

  /** The module has changed them. */
  takeBack(kernel: KernelMemory): void {
    const { integers } = kernel;
    this.slots = integers[2 * slots.HANDLES];
    this.live = integers[2 * slots.LIVE];
    this.livePeak = integers[2 * slots.LIVE_PEAK];
    this.liveByMfn.takeBack(kernel, slots.LIVE_BY_MFN);
    this.pins.takeBack(kernel, slots.PINS);
    this.releasedFrames.takeBack(kernel);
  }

  private noteReleased(mfn: number, state: number, event: number): void {
    if (mfn === NOT_KNOWN) return;
    if (state === HandleState.released) this.releasedFrames.note(mfn, event);
    else this.releasedFrames.delete(mfn);
  }

  private uncount(slot: number): void {
    this.live--;
    this.pins.remove(slot);
    if (this.mfn.get(slot) !== NOT_KNOWN) this.liveByMfn.remove(slot);
  }

  private slotFor(handle: number): number {
    if (handle < this.denseEnd || this.widens(handle)) {
      this.reserve(handle + 1);
      return handle;
    }
    const found = this.sparse.get(handle);
    if (found !== undefined) return found;
    if (this.sparse.size >= SPARSE_HANDLES_MAX) return -1;
    const slot = Math.max(this.slots, this.denseEnd);
    this.reserve(slot + 1);
    this.sparse.set(handle, slot);
    this.sparseHandles.set(slot, handle);
    return slot;
  }

  /** Whether the dense table takes in a handle beyond its end: where many are live, and no other has a slot there. */
  private widens(handle: number): boolean {
    const end = 2 * this.denseEnd;
    if (handle >= Math.min(end, DENSE_HANDLES_MAX) || this.sparse.size > 0) return false;
    if (this.live * LIVE_SHARE < this.denseEnd) return false;
    this.denseEnd = end;
    return true;
  }

  private reserve(slots: number): void {
    if (slots <= this.slots) return;
    this.slots = slots;
    if (slots <= this.state.length) return;
    const { length } = this.state;
    // Handles beyond the dense table are few, and begin where it ends.
    this.resize(slots > this.denseEnd ? Math.max(slots, 2 * length) : grown(length, slots), this.room);
  }

  private resize(size: number, room: ColumnRoom): void {
    const kept = Math.min(size, this.state.length);
    for (const name of ["state", "mapped", "flags"] as const)
      this[name] = moved(this[name], size, kept, room, this.room);
    this.granter = moved(this.granter, size, kept, room, this.room);
    this.pins.resize(size);
    this.liveByMfn.resize(size);
    for (const name of numberColumns) this[name].move(size, kept, room, this.room);
  }
}

const numberColumns = ["ref", "gfn", "mfn", "mapEvent", "releaseEvent"] as const;

function pinKey(granter: number, ref: number): number {
  return granter * 2 ** 32 + ref;
}
