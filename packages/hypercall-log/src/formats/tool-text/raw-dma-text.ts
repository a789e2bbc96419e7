import { DMA_SEGMENTS_MAX } from "../../limits.ts";

/** Linux's directions by number (include/linux/dma-direction.h@L6.12). */
const DIRECTIONS = ["BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE"];
/** A member's name; its value ends where the next one's name begins. */
const MEMBER = / ?\b(\w+)=(ARRAY\[[^\]]*\]|.*?)(?= \w+=| *$)/g;
const NUMBER = /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/;
const ADDRESS_BYTES = 8;
const LENGTH_BYTES = 4;

/**
 * What tracefs would print for a DMA event of which a tool prints the bare members, as they lie in the record:
 *
 *     device=0000:00:01.0 full_nents=1 full_ents=1 phys_addrs=ARRAY[00, f0, ff, 4f, 00, 00, 00, 00]
 *         dma_addrs=ARRAY[00, 30, 04, 66, 00, 00, 00, 00] lengths=ARRAY[00, 10, 00, 00] dir=2          (one line)
 *     device=a003e00.virtio_mmio phys_addr=1749467136 dma_addr=1749467136 size=23 dir=1 attrs=0x0
 *
 * Null: it does not begin with its device, so that it is tracefs's own text. The members' names are Linux's
 * (include/trace/events/dma.h@L6.12).
 */
export function rawDmaText(text: string): string | null {
  if (!text.startsWith("device=")) return null;
  const members = new Map<string, string>();
  for (const [, name, value] of text.matchAll(MEMBER)) members.set(name, value);
  const physs = arrayOf(members.get("phys_addrs") ?? members.get("addrs"), ADDRESS_BYTES);
  const buses = arrayOf(members.get("dma_addrs"), ADDRESS_BYTES);
  const sizes = arrayOf(members.get("lengths"), LENGTH_BYTES);
  const direction = Number(members.get("dir") ?? Number.NaN);
  const parts = [
    members.get("device") ?? "",
    Number.isNaN(direction) ? null : `dir=${DIRECTIONS[direction] ?? "NONE"}`,
    countOf("nents", physs, members.get("full_nents")),
    countOf("ents", buses, members.get("full_ents")),
    listOf("dma_addrs", buses),
    listOf("sizes", sizes),
    listOf("phys_addrs", physs),
    hexOf("dma_addr", members.get("dma_addr") ?? members.get("addr")),
    members.has("size") ? `size=${members.get("size")}` : null,
    hexOf("phys_addr", members.get("phys_addr")),
    hexOf("virt_addr", members.get("virt_addr")),
  ];
  return parts.filter((part) => part !== null).join(" ");
}

/** The little-endian values of `ARRAY[..]` in hex; undefined: it is none. */
function arrayOf(value: string | undefined, size: number): readonly string[] | undefined {
  if (value === undefined || !value.startsWith("ARRAY[")) return undefined;
  const digits = value.slice("ARRAY[".length, -1).split(", ");
  const values: string[] = [];
  for (let at = 0; at + size <= digits.length && values.length < DMA_SEGMENTS_MAX; at += size) {
    values.push(
      `0x${digits
        .slice(at, at + size)
        .reverse()
        .join("")
        .replace(/^0+(?=.)/, "")}`,
    );
  }
  return values;
}

function listOf(name: string, values: readonly string[] | undefined): string | null {
  return values === undefined ? null : `${name}={${values.join(",")}}`;
}

function countOf(
  name: string,
  values: readonly string[] | undefined,
  total: string | undefined,
): string | null {
  return values === undefined || total === undefined ? null : `${name}=${values.length}/${total}`;
}

/** An address, which the text has in hex without 0x; one that is no number stays, so that it is found wrong. */
function hexOf(name: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  return `${name}=${NUMBER.test(value) ? BigInt(value).toString(16) : value}`;
}
