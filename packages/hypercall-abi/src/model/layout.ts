/**
 * Where the members of a struct or union lie: the System V and Arm procedure call standards' rules with GNU's `packed`,
 * `aligned` and `#pragma pack`.
 */

/** What layout needs to know of a member. */
export interface LayoutMember {
  /** Bytes; 0 for a flexible array. */
  readonly size: number;
  /** Alignment of the type, attributes included. */
  readonly align: number;
  /** Alignment that an attribute on the member asks for; holds inside packed aggregates too. */
  readonly explicitAlign: number;
  /** `__attribute__((packed))` on the member. */
  readonly packed: boolean;
  /** Bits of a bit field; undefined for other members. */
  readonly bitWidth: number | undefined;
  /** False for padding like `int : 3`. */
  readonly named: boolean;
}

/** What the aggregate itself asks for. */
export interface LayoutRules {
  /** Members of a union all start at 0. */
  readonly kind: "struct" | "union";
  /** `__attribute__((packed))` on the aggregate. */
  readonly packed: boolean;
  /** `__attribute__((aligned(n)))` on the aggregate; 0: none. */
  readonly align: number;
  /** `#pragma pack(n)` in force; 0: none. */
  readonly pack: number;
  /** As the architecture has it. */
  readonly unnamedBitFieldAligns: boolean;
}

/** Where a compiler puts the members. */
export interface Layout {
  /** Bytes, padding at the end included. */
  readonly size: number;
  /** Bytes. */
  readonly align: number;
  /** Bits from the start, one per member. */
  readonly bitOffsets: readonly number[];
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Lays out one aggregate. Sizes and alignments in bytes, offsets in bits. */
export function layOut(members: readonly LayoutMember[], rules: LayoutRules): Layout {
  const bitOffsets: number[] = [];
  let align = Math.max(1, rules.align);
  let cursor = 0;
  let end = 0;
  for (const member of members) {
    const start = rules.kind === "union" ? 0 : cursor;
    const packed = rules.packed || member.packed;
    let unit = packed ? Math.max(1, member.explicitAlign) : member.align;
    if (rules.pack > 0) unit = Math.min(unit, rules.pack);
    let at: number;
    if (member.bitWidth === undefined) {
      at = roundUp(start, unit * 8);
      cursor = at + member.size * 8;
      align = Math.max(align, unit);
    } else {
      at = bitFieldStart(start, member, member.bitWidth, unit, packed);
      cursor = at + member.bitWidth;
      if (member.named || rules.unnamedBitFieldAligns) align = Math.max(align, unit);
    }
    bitOffsets.push(at);
    end = Math.max(end, cursor);
  }
  return { size: roundUp(Math.ceil(end / 8), align), align, bitOffsets };
}

/** A bit field may not cross a boundary of its declared type, unless it is packed; width 0 moves on to the next one. */
function bitFieldStart(
  start: number,
  member: LayoutMember,
  width: number,
  unit: number,
  packed: boolean,
): number {
  if (width === 0) return roundUp(start, member.align * 8);
  if (member.explicitAlign > 0) return roundUp(start, unit * 8);
  if (packed) return start;
  const bits = unit * 8;
  const units = Math.ceil(((start % bits) + width) / bits);
  return units > (member.size * 8) / bits ? roundUp(start, bits) : start;
}
