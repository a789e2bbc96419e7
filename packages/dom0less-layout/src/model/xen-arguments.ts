import { parseSize } from "../terms/address-range.ts";
import { type DtNode, textOf } from "../tree/device-tree.ts";

/**
 * Xen's command line out of /chosen, by the rule of common/device-tree/bootinfo-fdt.c:boot_fdt_cmdline@master:
 * xen,xen-bootargs, else bootargs where Dom0 has its own. A word without "=" has the value "".
 */
export function xenArguments(chosen: DtNode | null): Map<string, string> {
  const result = new Map<string, string>();
  if (chosen === null) return result;
  const own = textOf(chosen, "xen,xen-bootargs");
  const shared = chosen.properties.has("xen,dom0-bootargs") ? textOf(chosen, "bootargs") : null;
  for (const word of (own ?? shared ?? "").split(/\s+/)) {
    if (word === "") continue;
    const at = word.indexOf("=");
    if (at < 0) result.set(word, "");
    else result.set(word.slice(0, at), word.slice(at + 1));
  }
  return result;
}

/** Dom0's memory where dom0_mem does not say (arch/arm/domain_build.c:construct_dom0@master). */
const DEFAULT_DOM0_MEMORY = 0x2000_0000n;

/**
 * Bytes of `dom0_mem` ("1G", "512M,max:1G"); a number without a unit counts KiB
 * (xen/lib/parse-size.c:parse_size_and_unit@master).
 */
export function dom0Memory(args: ReadonlyMap<string, string>): bigint {
  const first = args
    .get("dom0_mem")
    ?.split(",")
    .find((part) => !part.startsWith("max:"));
  const text = first?.replace(/^min:/, "") ?? "";
  const size = parseSize(/^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? `${text}K` : text);
  return size === null || size === 0n ? DEFAULT_DOM0_MEMORY : size;
}

/** True for "on", "yes", "1", "true", "enable" and a bare word, as Xen's parse_bool has it. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && ["", "yes", "on", "true", "enable", "1"].includes(value);
}
