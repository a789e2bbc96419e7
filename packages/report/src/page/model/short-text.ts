import type { ModelFinding } from "./run-model.ts";

/** Short words for findings that are met often, by rule; the whole message stands in the story. */
const short: Readonly<Record<string, string>> = {
  G04: "grant mapped over own RAM",
  G06: "the guest's entry outlives its grant",
  G16: "DMA to a foreign page",
  G17: "DMA used the gfn; the page is elsewhere",
  G18: "DMA used the address of a dead grant",
  G23: "unmap of a handle already released",
  G29: "mapped outside of the safe regions",
  G45: "DMA used another frame than Xen maps",
};
const LENGTH_MAX = 96;

/** A finding in a few words. */
export function shortText({ rule, message, bus, gfn }: ModelFinding): string {
  if (rule === "G44")
    return bus === gfn ? "DMA to a gfn that holds no frame" : "DMA to a gfn whose frame is gone";
  const known = short[rule];
  if (known !== undefined) return known;
  return message.length > LENGTH_MAX ? `${message.slice(0, LENGTH_MAX - 1)}…` : message;
}
