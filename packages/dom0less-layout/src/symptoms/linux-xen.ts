import type { Symptom } from "./symptom.ts";

/** What Linux's own Xen drivers say (drivers/xen/*, arch/arm/xen/*). */
export const linuxXenSymptoms: readonly Symptom[] = [
  {
    name: "maptrack-limit",
    pattern: /maptrack limit reached/i,
    rules: [],
    cause:
      "Xen refused a map with GNTST_no_space: this domain has as many grants mapped as its maptrack holds, mostly because mappings leak.",
    fix: "Replay the domain's log: what is mapped and never unmapped is listed; else raise gnttab_max_maptrack_frames.",
  },
  {
    name: "p2m-entry-exists",
    pattern: /xen_add_phys_to_mach_entry: cannot add pfn=.*already exists/i,
    rules: [],
    cause:
      "The kernel's own table of pfn to mfn has an entry for the frame already: a mapping was replaced without an unmap, or its unmap did not erase the entry. From then on DMA uses the old frame.",
    fix: "Find the frame in a replay (xgt replay --events --gfn PFN): the map that was never undone stands there.",
  },
  {
    name: "grant-frames-not-placed",
    pattern: /add_to_physmap failed,? err ?= ?-\d+/i,
    rules: ["L22"],
    cause:
      "A frame of the grant table could not be placed: -16 is a gfn that Xen holds for something else (from 4.17 a frame that is placed already), -22 a gfn that the domain may not use.",
    fix: "Leave the grant table's window to the table; a kernel that starts a second time (kexec) must remove its frames first.",
  },
  {
    name: "balloon-cannot-add",
    pattern: /xen:balloon: Cannot add additional memory|xen_balloon: .{0,40}Cannot add/i,
    rules: [],
    cause:
      "The balloon wanted new page structures for more memory (hotplug) and got none: -17 is a range that exists already, because the guest sees no free range above its RAM.",
    fix: "Boot without CONFIG_XEN_BALLOON_MEMORY_HOTPLUG, or with a Xen that offers extended regions (4.16 and later) so that no RAM is ballooned for grants.",
  },
  {
    name: "gntdev-warning",
    pattern: /WARNING: .{0,80}drivers\/xen\/gntdev\.c|gntdev: .{0,60}(?:mmap|unmap|alloc) .{0,40}fail/i,
    rules: [],
    cause:
      "gntdev unmapped grants and Xen refused one: its handle was gone, or never given because the map failed in part. The page may still be mapped.",
    fix: "Replay the domain's log: the map whose status was negative, or the second unmap, stands there.",
  },
  {
    name: "swiotlb-xen",
    pattern: /swiotlb-xen: .{0,60}(?:Failed|failed)|xen_swiotlb_init/i,
    rules: ["L24"],
    cause:
      "Linux wanted bounce buffers that are contiguous in machine memory and low enough, and Xen had none; a direct-mapped domain has them at once.",
    fix: "Leave memory below the device's limit in the domain's first bank.",
  },
];
