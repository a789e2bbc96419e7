import type { Architecture } from "../../model/architecture.ts";
import { type Layout, type LayoutMember, layOut } from "../../model/layout.ts";

/** Where a model says that an aggregate's members lie. */
interface StatedLayout {
  readonly size: number;
  readonly align: number | undefined;
  readonly bitOffsets: readonly number[];
}

/** What a compiler makes of an aggregate's declaration. */
export interface DeclaredLayout extends Layout {
  /** `#pragma pack` that gives this layout; 0: none. */
  readonly pack: number;
  /** The alignment has to be asked for: the members' own is less. */
  readonly raisedAlign: boolean;
}

/**
 * The layout that a compiler gives to these members, worked out from their types alone. A model does not say which
 * aggregates are packed or over-aligned: that is tried when the plain rules do not give what is stated. When nothing does,
 * the plain layout stays, and the assertions of the generated code fail.
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
    return { ...layout, pack, raisedAlign: align > 0 };
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
  return plain;
}

function agrees(layout: Layout, stated: StatedLayout): boolean {
  return (
    layout.size === stated.size &&
    (stated.align === undefined || layout.align === stated.align) &&
    layout.bitOffsets.every((offset, i) => offset === stated.bitOffsets[i])
  );
}
