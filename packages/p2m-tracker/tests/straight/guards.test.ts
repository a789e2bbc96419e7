import { describe, expect, test } from "vitest";
import type { RuleHooks } from "../../src/rules/kinds/rule.ts";
import { always, straightKinds } from "../../src/rules/kinds/straight-rule.ts";
import { Domain } from "../../src/state/domain.ts";
import { LeafPool } from "../../src/state/frame-leaves.ts";
import { StraightGuards } from "../../src/straight/straight-guards.ts";

const domain = new Domain(0, {
  spec: undefined,
  facts: undefined,
  mode: "unknown",
  fromBoot: false,
  grants: undefined,
  xen: null,
  leaves: new LeafPool(1 << 10),
});

function open(hooks: RuleHooks): string[] {
  const { kinds } = new StraightGuards([hooks], []).of(domain);
  return straightKinds.filter((kind) => kinds[kind]);
}

const calls = ["mapCall", "unmapCall", "decreaseCall", "populateCall"];

/** A hook of each sort that does nothing, and the kinds of events that it closes. */
const hooks: readonly (readonly [name: string, hooks: RuleHooks, closes: readonly string[]])[] = [
  ["dma", { dma: () => {} }, ["dmaPage"]],
  ["guestP2m", { guestP2m: () => {} }, ["guestEntry"]],
  ["change", { change: () => {} }, ["grantMade", "grantGone"]],
  ["begin", { begin: () => {} }, calls],
  ["before", { before: () => {} }, calls],
  ["after", { after: () => {} }, calls],
  ["after of one sub-op", { subOps: ["map_grant_ref"], after: () => {} }, ["mapCall"]],
];

describe("a rule that says nothing of the straight path", () => {
  for (const [name, of, closes] of hooks) {
    test(`closes it to what its hook ${name} is called for`, () => {
      expect(open(of)).toEqual(straightKinds.filter((kind) => !closes.includes(kind)));
    });
  }

  test("opens it as soon as it says so, and only where it says so", () => {
    expect(open({ dma: () => {}, straight: { passes: { dmaPage: always } } })).toContain("dmaPage");
    expect(open({ dma: () => {}, straight: { passes: { guestEntry: always } } })).not.toContain("dmaPage");
    expect(open({ dma: () => {}, straight: { passes: { dmaPage: () => false } } })).not.toContain("dmaPage");
  });
});

describe("a rule of DMA pages", () => {
  test("closes the path unless it keeps every right page", () => {
    const silent = { keepsRight: true };
    const guards = (rules: readonly { keepsRight?: boolean }[]): boolean =>
      new StraightGuards([], rules).of(domain).kinds.dmaPage;
    expect(guards([silent])).toBe(true);
    expect(guards([silent, {}])).toBe(false);
  });
});
