import { describe, expect, test } from "vitest";
import { type LayoutMember, type LayoutRules, layOut } from "../src/model/layout.ts";

const rules: LayoutRules = { kind: "struct", packed: false, align: 0, pack: 0, unnamedBitFieldAligns: true };

function plain(size: number, align = size): LayoutMember {
  return { size, align, explicitAlign: 0, packed: false, bitWidth: undefined, named: true };
}

function bits(width: number, size: number, named = true): LayoutMember {
  return { ...plain(size), bitWidth: width, named };
}

const bytes = (layout: { readonly bitOffsets: readonly number[] }): number[] =>
  layout.bitOffsets.map((b) => b / 8);

describe("layOut()", () => {
  test("aligns members and pads the end", () => {
    const layout = layOut([plain(1), plain(8), plain(2)], rules);
    expect(bytes(layout)).toEqual([0, 8, 16]);
    expect([layout.size, layout.align]).toEqual([24, 8]);
  });

  test("puts a union's members at 0", () => {
    const layout = layOut([plain(1), plain(6, 2)], { ...rules, kind: "union" });
    expect(bytes(layout)).toEqual([0, 0]);
    expect([layout.size, layout.align]).toEqual([6, 2]);
  });

  test("gives an empty struct no bytes, as GNU C does", () => {
    expect(layOut([], rules)).toEqual({ size: 0, align: 1, bitOffsets: [] });
  });

  test("leaves out padding when packed, but for a member that asks for alignment", () => {
    const asks = { ...plain(8), explicitAlign: 8 };
    expect(bytes(layOut([plain(1), plain(4), asks], { ...rules, packed: true }))).toEqual([0, 1, 8]);
  });

  test("caps alignment at #pragma pack", () => {
    const layout = layOut([plain(1), plain(4), plain(8)], { ...rules, pack: 2 });
    expect(bytes(layout)).toEqual([0, 2, 6]);
    expect([layout.size, layout.align]).toEqual([14, 2]);
  });

  test("keeps a bit field inside a unit of its type", () => {
    expect(layOut([bits(20, 4), bits(13, 4), bits(3, 1)], rules).bitOffsets).toEqual([0, 32, 45]);
    expect(layOut([bits(1, 1), bits(33, 8)], rules).bitOffsets).toEqual([0, 1]);
  });

  test("width 0 moves on to the next unit", () => {
    expect(layOut([bits(3, 4), bits(0, 4, false), bits(3, 4)], rules).bitOffsets).toEqual([0, 32, 32]);
  });

  test("an unnamed bit field aligns the struct on Arm and not on x86", () => {
    const members = [plain(1), bits(3, 4, false)];
    expect(layOut(members, rules).align).toBe(4);
    expect(layOut(members, { ...rules, unnamedBitFieldAligns: false }).align).toBe(1);
  });

  test("packs bit fields without gaps when packed", () => {
    expect(layOut([plain(1), bits(33, 8), plain(1)], { ...rules, packed: true }).bitOffsets).toEqual([
      0, 8, 48,
    ]);
  });
});
