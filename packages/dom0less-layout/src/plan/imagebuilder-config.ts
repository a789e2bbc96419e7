import type { PlacedDomain } from "../request/plan-request.ts";
import {
  type AddressRange,
  compare,
  endOf,
  hexAddress,
  intersectAll,
  totalSize,
} from "../terms/address-range.ts";
import type { CommandLines, PlacedFile } from "./boot-files.ts";
import { LOADER_TOP } from "./place-modules.ts";
import type { PlacedWindow } from "./shared-windows.ts";

const MIB = 20n;

/**
 * The plan as a configuration of ImageBuilder's uboot-script-gen. ImageBuilder chooses the load addresses itself, from
 * MEMORY_START on; `free` is what no bank and no reservation has. It makes the nodes one after the other, and Xen counts
 * them backwards (libfdt puts each before the others), so the domains stand here in reverse order.
 */
export function imagebuilderConfig(
  domains: readonly PlacedDomain[],
  files: readonly PlacedFile[],
  windows: readonly PlacedWindow[],
  lines: CommandLines,
  free: readonly AddressRange[],
): string {
  const low = intersectAll(free, [{ start: 0n, size: LOADER_TOP }]);
  const room = [...(low.length > 0 ? low : free)].sort((a, b) => compare(b.size, a.size))[0];
  const nameOf = (parent: string, kind: PlacedFile["kind"]) => {
    return files.find((file) => file.kind === kind && file.node.startsWith(`${parent}/module@`))?.name;
  };
  const dom0 = (kind: PlacedFile["kind"]) => nameOf("/chosen", kind);
  const result = [
    "# Check the result: xgt layout check host.dtb --overlay boot.source",
    ...(room === undefined
      ? ["# no RAM is free for the files"]
      : [set("MEMORY_START", hexAddress(room.start)), set("MEMORY_END", hexAddress(endOf(room)))]),
    set("LOAD_CMD", "load mmc 0:1"),
    set("BOOT_CMD", "booti"),
    set("DEVICE_TREE", "host.dtb"),
    set("XEN", "xen"),
    set("XEN_CMD", lines.xen),
    ...optional("DOM0_KERNEL", dom0("kernel")),
    ...optional("DOM0_RAMDISK", dom0("ramdisk")),
    ...optional("DOM0_CMD", lines.dom0 ?? undefined),
    "# plan-host.dtbo marks the devices for passthrough: dtc -I dts -O dtb -o plan-host.dtbo plan-host.dtso",
    "NUM_DT_OVERLAY=1",
    set("DT_OVERLAY[0]", "plan-host.dtbo"),
    `NUM_DOMUS=${domains.length}`,
  ];
  domains.toReversed().forEach(({ wanted, banks }, i) => {
    const parent = `/chosen/${wanted.name}`;
    result.push(
      `# ${wanted.name}`,
      ...optional(`DOMU_KERNEL[${i}]`, nameOf(parent, "kernel")),
      ...optional(`DOMU_RAMDISK[${i}]`, nameOf(parent, "ramdisk")),
      ...optional(`DOMU_PASSTHROUGH_DTB[${i}]`, nameOf(parent, "device-tree")),
      ...optional(`DOMU_CMD[${i}]`, wanted.bootargs ?? undefined),
      `DOMU_MEM[${i}]=${totalSize(banks) >> MIB}`,
      `DOMU_VCPUS[${i}]=${wanted.cpus}`,
      set(
        `DOMU_STATIC_MEM[${i}]`,
        banks.map(({ start, size }) => `${hexAddress(start)} ${hexAddress(size)}`).join(" "),
      ),
      `DOMU_DIRECT_MAP[${i}]=1`,
      `DOMU_ENHANCED[${i}]=${wanted.enhanced === "full" ? 1 : 0}`,
    );
    for (const { id, memory } of windows.filter(({ domains: names }) => names.includes(wanted.name))) {
      const [start, size] = [hexAddress(memory.start), hexAddress(memory.size)];
      result.push(set(`DOMU_SHARED_MEM[${i}]`, `${id} ${start} ${start} ${size}`));
    }
  });
  return `${[...result, set("UBOOT_SOURCE", "boot.source"), set("UBOOT_SCRIPT", "boot.scr")].join("\n")}\n`;
}

function optional(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [set(name, value)];
}

/** An assignment of bash: nothing in the value is expanded but what the double quotes let through, and that is escaped. */
function set(name: string, value: string): string {
  return `${name}="${value.replace(/[\\"$`]/g, "\\$&").replace(/[\r\n]+/g, " ")}"`;
}
