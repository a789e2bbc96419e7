import type { Architecture } from "../../model/architecture.ts";
import { type Layout, type LayoutMember, layOut } from "../../model/layout.ts";

/** Where a model says that an aggregate's members lie. */
interface StatedLayout {
  readonly size: number;
  readonly align: number | undefined;
  readonly bitOffsets: readonly number[];
  /** Its headers say with attributes where members lie: that is taken for what it is where the rules do not give it. */
  readonly attributed: boolean;
}

/** What a compiler makes of an aggregate's declaration. */
export interface DeclaredLayout extends Layout {
  /** `#pragma pack` that gives this layout; 0: none. */
  readonly pack: number;
  /** The alignment has to be asked for: the members' own is less. */
  readonly raisedAlign: boolean;
  /** No rule gives it: each member is put where it lies, with padding that is written out. */
  readonly placed: boolean;
}

/**
 * The layout that a compiler gives to these members, worked out from their types alone. A model does not say which
 * aggregates are packed or over-aligned: that is tried when the plain rules do not give what is stated. When nothing does,
 * members are put where their headers' attributes put them; without attributes the plain layout stays, and the assertions
 * of the generated code fail.
 */
export function declaredLayout(
  members: readonly LayoutMember[],
  kind: "struct" | "union",
  stated: StatedLayout,
  arch: Architecture,
): DeclaredLayout {
  const lay = (pack: number, align: number): DeclaredLayout => {
    const { unnamedBitFieldAligns } = arch;
    const layout = layOut(members, { kind, packed: pack === 1, align, pack, unnamedBitFieldAligns });
    return { ...layout, pack, raisedAlign: align > 0, placed: false };
  };
  const plain = lay(0, 0);
  const wanted = stated.align ?? 0;
  for (const pack of [0, 1, 2, 4]) {
    const layout = lay(pack, 0);
    if (agrees(layout, stated)) return layout;
    if (wanted > layout.align) {
      const raised = lay(pack, wanted);
      if (agrees(raised, stated)) return raised;
    }
  }
  if (!stated.attributed) return plain;
  const { size, bitOffsets } = stated;
  const align = stated.align ?? Math.min(plain.align, lowestBit(size));
  return { size, align, bitOffsets, pack: 1, raisedAlign: align > 1, placed: true };
}

/** The largest power of two that divides a size; 1 for none. */
function lowestBit(size: number): number {
  return size === 0 ? 1 : size & -size;
}

function agrees(layout: Layout, stated: StatedLayout): boolean {
  return (
    layout.size === stated.size &&
    (stated.align === undefined || layout.align === stated.align) &&
    layout.bitOffsets.every((offset, i) => offset === stated.bitOffsets[i])
  );
}
