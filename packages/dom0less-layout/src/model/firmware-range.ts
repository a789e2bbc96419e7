import { parseRange } from "../terms/address-range.ts";
import type { ReservedRange } from "./host.ts";

/** A range that firmware holds: "0xbe000000+16M=U-Boot"; null where the text is none. */
export function parseFirmwareRange(text: string): ReservedRange | null {
  const at = text.indexOf("=");
  const range = parseRange(at < 0 ? text : text.slice(0, at));
  if (range === null) return null;
  return { ...range, name: at < 0 ? "firmware" : text.slice(at + 1), node: null, kind: "user" };
}
