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

/** True for "on", "yes", "1", "true", "enable" and a bare word, as Xen's parse_bool has it. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && ["", "yes", "on", "true", "enable", "1"].includes(value);
}
