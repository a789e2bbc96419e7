import { FrameKind } from "@xgt/p2m-tracker";

export { FrameKind };

/** A hole where nothing else is to be expected: an extended region that nothing is mapped into. Shown apart from holes in RAM. */
export const EMPTY = 9;

/** Names for people, by kind. */
export const kindNames: Readonly<Record<number, string>> = {
  [FrameKind.unknown]: "unknown",
  [FrameKind.hole]: "hole",
  [FrameKind.own]: "own RAM",
  [FrameKind.grant]: "grant",
  [FrameKind.foreign]: "foreign",
  [FrameKind.xen]: "Xen page",
  [FrameKind.mmio]: "MMIO",
  [FrameKind.identity]: "shared / identity",
  [EMPTY]: "empty",
};

/** Kinds from ordinary to exceptional: in this order they are drawn. */
export const kindOrder: readonly number[] = [
  FrameKind.own,
  EMPTY,
  FrameKind.unknown,
  FrameKind.hole,
  FrameKind.mmio,
  FrameKind.xen,
  FrameKind.identity,
  FrameKind.grant,
  FrameKind.foreign,
];

/** Kinds of which the legend tells more. */
export const kindHints: Readonly<Record<number, string>> = {
  [FrameKind.hole]: "RAM that Xen maps nowhere",
  [EMPTY]: "an extended region that nothing is mapped into, as it should be",
};
