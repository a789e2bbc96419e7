import { BindingError } from "./binding-error.ts";
import type { AggregatePlan, BitRange, IntegerType, MemberPlan } from "./binding-plan.ts";
import { sizeOf } from "./plan-aggregates.ts";

/** A member that is a bit field. */
interface BitMember extends MemberPlan {
  readonly bits: BitRange;
}

/** A member that is no bit field, at its place. */
interface MemberSlot {
  readonly kind: "member";
  readonly member: MemberPlan;
  /** Bytes from the start of the aggregate. */
  readonly offset: number;
  /** Bytes, arrays as a whole; 0 of an open array. */
  readonly bytes: number;
}

/** What holds neighbouring bit fields, in languages that have none. */
export interface BitSlot {
  /** Tag of the union. */
  readonly kind: "bits";
  /** `bits0`, `bits1`, ...: a name that no member has. */
  readonly name: string;
  /** Bytes from the start of the aggregate. */
  readonly offset: number;
  /** Size. */
  readonly bytes: number;
  /** One integer of that size; else single bytes, because a member lies in the integer's other bytes. */
  readonly whole: boolean;
  /** In order of declaration. */
  readonly fields: readonly BitField[];
}

/** One bit field inside a slot. */
interface BitField {
  readonly member: BitMember;
  /** The declared type: always unsigned. */
  readonly type: IntegerType;
  /** From the lowest bit of the slot. */
  readonly shift: number;
  /** Bits. */
  readonly width: number;
}

/** Bytes without a meaning that a language has to be told of. */
interface PaddingSlot {
  /** Tag of the union. */
  readonly kind: "padding";
  /** `padding0`, `padding1`, ...: a name that no member has. */
  readonly name: string;
  /** Bytes from the start of the aggregate. */
  readonly offset: number;
  /** Size. */
  readonly bytes: number;
}

/** What one field of a generated struct holds, in languages without bit fields. */
export type Slot = FilledSlot | PaddingSlot;

/** A field that has a meaning. */
export type FilledSlot = MemberSlot | BitSlot;

/**
 * Members in order, bit fields gathered in what holds them, padding where the members' own alignment does not leave it.
 * Throws BindingError.
 */
export function slotsOf(aggregate: AggregatePlan): Slot[] {
  const slots = filledSlots(aggregate);
  return aggregate.kind === "union" ? slots : withPadding(aggregate, slots);
}

function withPadding(aggregate: AggregatePlan, slots: readonly Slot[]): Slot[] {
  const padded: Slot[] = [];
  const { placed, pack, declaredSize, declaredAlign } = aggregate;
  let end = 0;
  const pad = (to: number): void => {
    const number = padded.filter(({ kind }) => kind === "padding").length;
    padded.push({
      kind: "padding",
      name: freeName(aggregate, `padding${number}`),
      offset: end,
      bytes: to - end,
    });
  };
  for (const slot of slots) {
    const align = placed || pack === 1 ? 1 : alignOfSlot(slot);
    if (slot.offset > roundUp(end, pack > 1 ? Math.min(align, pack) : align)) pad(slot.offset);
    padded.push(slot);
    end = slot.offset + slot.bytes;
  }
  const isOpen = aggregate.members.at(-1)?.flexible ?? false;
  if (!isOpen && slots.length > 0 && declaredSize > roundUp(end, placed ? 1 : declaredAlign))
    pad(declaredSize);
  return padded;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** The name, or one with `_` in front, that no member of the aggregate has. */
export function freeName(aggregate: AggregatePlan, wanted: string): string {
  let name = wanted;
  while (aggregate.members.some((member) => member.name === name)) name = `_${name}`;
  return name;
}

/**
 * How a language that packs as C does gets an aggregate's layout: `pack` 0 for not at all, else the largest alignment that
 * members keep. It is the same whether the machine that the text is compiled for aligns 8-byte numbers to 8 or, as i386,
 * to 4. Undefined when no packing gives the declared places and alignment.
 */
export function packingOf(aggregate: AggregatePlan, slots: readonly Slot[]): number | undefined {
  const isNarrow = slots.some((slot) => widestAlignOf(slot) !== alignOfSlot(slot));
  if (!aggregate.placed && !isNarrow) return aggregate.pack;
  const packs = aggregate.placed ? [0, 1, 2, 4, 8] : [aggregate.pack, 4];
  return packs.find((pack) =>
    [alignOfSlot, widestAlignOf].every((alignOf) => packsAs(aggregate, slots, pack, alignOf)),
  );
}

function packsAs(
  { kind, declaredAlign, declaredSize }: AggregatePlan,
  slots: readonly Slot[],
  pack: number,
  alignOf: (slot: Slot) => number,
): boolean {
  let end = 0;
  let align = 1;
  for (const slot of slots) {
    const own = pack === 0 ? alignOf(slot) : Math.min(pack, alignOf(slot));
    align = Math.max(align, own);
    if (kind === "struct" && roundUp(end, own) !== slot.offset) return false;
    end = Math.max(end, slot.offset + slot.bytes);
  }
  const reached = pack === 0 ? Math.max(align, declaredAlign) : align;
  return reached === declaredAlign && roundUp(end, reached) === declaredSize;
}

function filledSlots(aggregate: AggregatePlan): Slot[] {
  const slots: Slot[] = [];
  const { members } = aggregate;
  for (let i = 0; i < members.length; ) {
    const member = members[i];
    if (!isBitField(member)) {
      const offset = member.declaredOffset;
      slots.push({ kind: "member", member, offset, bytes: bytesOf(member) });
      i++;
      continue;
    }
    const run = bitRun(members.slice(i, aggregate.kind === "struct" ? members.length : i + 1));
    i += run.length;
    const before = lastEnd(slots);
    const after = members[i]?.declaredOffset ?? aggregate.declaredSize;
    addBitSlots(aggregate, run, { before, after }, slots);
  }
  return slots;
}

function isBitField(member: MemberPlan): member is BitMember {
  return member.bits !== undefined;
}

/** The bit fields that the list begins with. */
function bitRun(members: readonly MemberPlan[]): BitMember[] {
  const run: BitMember[] = [];
  for (const member of members) {
    if (!isBitField(member)) break;
    run.push(member);
  }
  return run;
}

/** Declared bytes of a member, arrays as a whole; 0 of an open array. */
export function bytesOf(member: MemberPlan): number {
  if (member.flexible) return 0;
  return member.dimensions.reduce((n, length) => n * length, sizeOf(member.type));
}

function lastEnd(slots: readonly Slot[]): number {
  const last = slots.at(-1);
  return last === undefined ? 0 : last.offset + last.bytes;
}

interface Room {
  readonly before: number;
  readonly after: number;
}

function addBitSlots(aggregate: AggregatePlan, run: readonly BitMember[], room: Room, slots: Slot[]): void {
  const units = new Map<string, BitMember[]>();
  for (const member of run) {
    const { bytes } = integerOf(aggregate, member);
    const unit = `${Math.floor(member.bits.declaredOffset / (bytes * 8)) * bytes} ${bytes}`;
    units.set(unit, [...(units.get(unit) ?? []), member]);
  }
  const places = [...units.keys()].map((unit) => unit.split(" ").map(Number) as [number, number]);
  const free = (start: number, end: number): boolean =>
    aggregate.kind === "union" || (start >= room.before && end <= room.after);
  // A packed member may begin in one unit and end in the next.
  const inside = [...units.values()].every((fields, i) => {
    const [start, bytes] = places[i];
    return fields.every(({ bits }) => bits.declaredOffset + bits.width <= (start + bytes) * 8);
  });
  const apart = places.every(([start, bytes], i) => {
    const next = places[i + 1]?.[0] ?? room.after;
    return free(start, start + bytes) && (aggregate.kind === "union" || start + bytes <= next);
  });
  if (inside && apart) {
    [...units.values()].forEach((fields, i) => {
      const [offset, bytes] = places[i];
      slots.push(bitSlot(aggregate, fields, offset, bytes, true, slots));
    });
    return;
  }
  for (const group of groupsByByte(run)) {
    const first = Math.floor(Math.min(...group.map(({ bits }) => bits.declaredOffset)) / 8);
    const last = Math.ceil(Math.max(...group.map(({ bits }) => bits.declaredOffset + bits.width)) / 8);
    if (last - first > BIT_SLOT_BYTES_MAX)
      throw new BindingError(`${aggregate.title}.${group[0].name}: bit fields that share more than 8 bytes`);
    slots.push(bitSlot(aggregate, group, first, last - first, false, slots));
  }
}

/** What the accessors of bit fields compute in. */
const BIT_SLOT_BYTES_MAX = 8;

/** Neighbouring bit fields that share bytes. */
function groupsByByte(run: readonly BitMember[]): BitMember[][] {
  const groups: BitMember[][] = [];
  let end = 0;
  for (const member of run) {
    const first = Math.floor(member.bits.declaredOffset / 8);
    const last = groups.at(-1);
    if (last === undefined || first >= end) groups.push([member]);
    else last.push(member);
    end = Math.ceil((member.bits.declaredOffset + member.bits.width) / 8);
  }
  return groups;
}

function bitSlot(
  aggregate: AggregatePlan,
  members: readonly BitMember[],
  offset: number,
  bytes: number,
  whole: boolean,
  slots: readonly Slot[],
): BitSlot {
  const number = slots.filter(({ kind }) => kind === "bits").length;
  const name = freeName(aggregate, `bits${number + innerBitSlots(aggregate)}`);
  const fields = members.map((member) => ({
    member,
    type: integerOf(aggregate, member),
    shift: member.bits.declaredOffset - offset * 8,
    width: member.bits.width,
  }));
  return { kind: "bits", name, offset, bytes, whole, fields };
}

/** How many such names unnamed members have inside: ctypes puts them among the aggregate's own. */
function innerBitSlots({ members }: AggregatePlan): number {
  return members.reduce((count, { unnamed, type }) => {
    if (!unnamed || type.kind !== "aggregate") return count;
    const own = filledSlots(type.of).filter(({ kind }) => kind === "bits").length;
    return count + own + innerBitSlots(type.of);
  }, 0);
}

function integerOf(aggregate: AggregatePlan, member: MemberPlan): IntegerType {
  if (member.type.kind !== "integer" || member.type.signed)
    throw new BindingError(
      `${aggregate.title}.${member.name}: no mapping for a bit field of type '${member.spelling}'`,
    );
  return member.type;
}

/** The alignment that a compiler without bit fields gives: to be raised where it is less than the declared one. */
export function alignOfSlots(slots: readonly Slot[]): number {
  return Math.max(1, ...slots.map(alignOfSlot));
}

function alignOfSlot(slot: Slot): number {
  if (slot.kind === "padding") return 1;
  if (slot.kind === "bits") return slot.whole ? Math.min(slot.bytes, slot.fields[0].type.align) : 1;
  const { type } = slot.member;
  if (type.kind === "aggregate") return type.of.declaredAlign;
  return type.kind === "integer" ? type.align : type.bytes;
}

/** The same on a machine that aligns each number to its size. */
function widestAlignOf(slot: Slot): number {
  if (slot.kind === "bits" && slot.whole) return slot.bytes;
  if (slot.kind === "member" && slot.member.type.kind === "integer") return slot.member.type.bytes;
  return alignOfSlot(slot);
}
