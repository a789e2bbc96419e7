import type { Symptom } from "./symptom.ts";

/** What Linux and U-Boot say about images and their places. */
export const linuxBootSymptoms: readonly Symptom[] = [
  {
    name: "ramdisk-not-found",
    pattern: /RAMDISK: Couldn't find valid RAM disk image/i,
    rules: ["L06", "L30", "L08", "L10"],
    cause:
      "The kernel found the initrd's range and no image in it. Look at load addresses first: modules that overlap each other, Xen, a tree, reserved memory or a static bank (silent before 4.18), then at a module's reg that is smaller than the file. If both are right: is the image type built into the kernel, and is root=/dev/ram meant for it?",
    fix: "Give each file its own place outside of every bank, and its exact size in reg.",
  },
  {
    name: "initramfs-broken",
    pattern: /Initramfs unpacking failed|junk (?:in compressed archive|within compressed)/i,
    rules: ["L30", "L06"],
    cause:
      "The ramdisk is not what was loaded: reg of its module is too small or much too large, or something was written over it before Xen copied it.",
    fix: "Write the file's exact size into reg; keep the module away from banks and other modules.",
  },
  {
    name: "no-root",
    pattern: /VFS: Unable to mount root fs|Waiting for root device/i,
    rules: ["L20", "L44", "L46"],
    cause:
      "The root device did not come. Look whether its driver probed: no line of it means no node or no driver; a line with an error names what is missing; a disk that never answers has no interrupt or cannot reach memory.",
    fix: "Look at the disk's driver in the log first; boot with a ramdisk to look at /sys/kernel/debug/devices_deferred.",
  },
  {
    name: "uboot-reserved",
    pattern:
      /would overwrite reserved memory|reserving fdt memory region failed|ERROR: Failed to allocate 0x[0-9a-f]+ bytes below/i,
    rules: ["L25", "L06"],
    cause:
      "U-Boot (lib/lmb.c) refuses to load over what it or the tree reserves: itself at the top of RAM, /reserved-memory, static banks that the tree names, or memory above 4 GiB that it does not use.",
    fix: "Choose a load address below 4 GiB outside of every reservation (bdinfo lists them).",
  },
  {
    name: "uboot-image",
    pattern: /Bad Linux ARM64 Image magic|Wrong Image Format for boot/i,
    rules: ["L47"],
    cause:
      "booti or bootm was given something that is no Image: another address than the file's, or Xen as an ELF file.",
    fix: "Load xen (not xen-syms), and name its load address.",
  },
  {
    name: "uboot-fdt-space",
    pattern: /FDT_ERR_NOSPACE/i,
    rules: [],
    cause: "The tree in U-Boot's memory has no room for new nodes.",
    fix: "Say fdt resize 0x4000 before the changes.",
  },
  {
    name: "xenbus-waiting",
    pattern:
      /xenbus_probe_frontend: Waiting for devices to initiali[sz]e|XENBUS: (?:Timeout connecting|Waiting for)/i,
    rules: ["L28"],
    cause:
      "A PV frontend waits for its backend: the other domain does not run, has no driver for it, or nobody introduced this domain to xenstore.",
    fix: "Look in Dom0 whether the backend's state in xenstore moves; run init-dom0less for dom0less domains.",
  },
];
