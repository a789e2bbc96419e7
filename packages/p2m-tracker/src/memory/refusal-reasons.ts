// Why a row does not take the short way of healthy events, by number from 1 on. The module (assembly/straight-kernel.ts) and
// TypeScript compile this file; src/straight/refusals.ts says it in words.

export const OTHER_ROW = 1;
export const OTHER_CALL = 2;
export const CALL_HALVES = 3;
export const ASKS_RULE = 4;
export const UNUSUAL = 5;
export const DMA_PAGE = 6;
export const DMA_DEVICE = 7;
export const DMA_SEGMENT = 8;
export const UNDER_DMA = 9;
export const NO_ROOM = 10;
export const GRANT_FRAME = 11;
export const OWN_FRAME = 12;
export const ENTRY_FRAME = 13;
export const BEHIND_IOMMU = 14;
