import type { Symptom } from "./symptom.ts";

/** What Xen says while it reads its tree and makes domains (common/device-tree/*, arch/arm/*@4.11..master). */
export const xenBootSymptoms: readonly Symptom[] = [
  {
    name: "early-fdt",
    pattern: /Early FDT parsing failed/i,
    rules: ["L06", "L07", "L05", "L26", "L48"],
    cause: "Xen gave up in its first pass over the tree; the line before names the node and the reason.",
    fix: "Look at the line before it: an overlap, cells of xen,static-mem, or a node of shared memory.",
  },
  {
    name: "no-device-tree",
    pattern: /No valid device tree/i,
    rules: [],
    cause: "What the boot loader passed to Xen is no flattened device tree, or something was loaded over it.",
    fix: "Pass the address of the tree as booti's third argument; load nothing over it (fdt_addr_r, fdt_high).",
  },
  {
    name: "region-overlap",
    pattern: /Region: \[0x[0-9a-f]+, 0x[0-9a-f]+\) overlapping with/i,
    rules: ["L06"],
    cause: "A bank, a module, a shared region and a reservation share memory.",
    fix: "Move one of the two ranges of the message.",
  },
  {
    name: "too-many-regions",
    pattern: /Max number of supported (?:reserved-)?memory regions reached/i,
    rules: ["L05", "L48"],
    cause:
      "Xen keeps 256 banks of RAM and of reservations (static memory counts among them), and 32 of shared memory.",
    fix: "Join neighbouring banks and /reserved-memory nodes; the tree of a UEFI boot has many, so leave out what Xen need not know.",
  },
  {
    name: "module-without-reg",
    pattern: /node \S+ missing `?reg' property|`reg` property length is too short/i,
    rules: ["L30"],
    cause:
      "A multiboot,module node has no reg, or less than an address and a size in its parent's cells. Without UEFI nobody fills xen,uefi-binary in.",
    fix: "Write reg with the parent's #address-cells and #size-cells, or boot by UEFI.",
  },
  {
    name: "static-memory-off",
    pattern: /CONFIG_STATIC_(?:MEMORY|SHM) must be enabled/i,
    rules: ["L01", "L48"],
    cause: "This Xen was built without static memory or static shared memory.",
    fix: "Build Xen with CONFIG_UNSUPPORTED=y and CONFIG_STATIC_MEMORY=y (CONFIG_STATIC_SHM=y).",
  },
  {
    name: "static-mem-not-acquired",
    pattern: /failed to (?:acquire|assign) static memory/i,
    rules: ["L05", "L06", "L04"],
    cause: "The bank is no free host RAM: outside of the memory nodes, reserved, or taken by a module.",
    fix: "Move the bank into RAM that the tree names and that nothing else has.",
  },
  {
    name: "static-mem-sum",
    pattern:
      /doesn't match up with the sum-up of "xen,static-mem"|Failed to (?:allocate|assign) requested static memory/i,
    rules: ["L03", "L05"],
    cause: "memory and the banks of xen,static-mem differ.",
    fix: "Write the sum of the banks, in KiB as two cells, into memory.",
  },
  {
    name: "direct-map-without-static",
    pattern: /direct-map is not valid for domain/i,
    rules: ["L01"],
    cause: "direct-map stands without xen,static-mem.",
    fix: "Give the domain banks with xen,static-mem.",
  },
  {
    name: "colouring-with-static",
    pattern: /LLC coloring and static memory are incompatible/i,
    rules: ["L02"],
    cause: "Cache colouring spreads memory, static memory keeps it in one piece.",
    fix: "Boot Xen without llc-coloring, or give the domain no static memory.",
  },
  {
    name: "domain-memory-short",
    pattern: /Failed to allocate requested domain memory|KB unallocated\. Fix the VMs configurations/i,
    rules: ["L33", "L03"],
    cause:
      "A domain without static memory wants more than Xen's heap has left, in pieces of the size that a bank needs; or its memory and its banks do not add up. Domains are made in the order of their nodes, Dom0 first.",
    fix: "Lower memory of the domain or dom0_mem; leave xen,static-mem of others smaller.",
  },
  {
    name: "dom0-memory",
    pattern: /Failed to allocate requested dom0 memory|Unable to allocate first memory bank/i,
    rules: ["L33", "L36"],
    cause:
      "What static banks, modules and reservations leave is too little, or in pieces too small: Dom0 is 1:1.",
    fix: "Lower dom0_mem, or move static banks so that large pieces stay free below 4 GiB.",
  },
  {
    name: "first-bank",
    pattern:
      /Not enough memory in the first bank|Unable to find suitable location for (?:dtb\+initrd|the kernel)/i,
    rules: ["L08", "L33"],
    cause:
      "Kernel, DTB and initrd, each rounded up to 2 MiB, do not fit the first bank. For a domU that is the first entry of xen,static-mem; for Dom0 the first bank that the heap gave: look at BANK[0] above.",
    fix: "For a domU make the first entry larger; for Dom0 free a larger piece of low RAM (fewer modules and reservations there), or use a smaller ramdisk.",
  },
  {
    name: "copy-failed",
    pattern: /Unable to copy the \S+/i,
    rules: ["L10"],
    cause: "The images are copied after xen,reg was mapped; registers lie where they go.",
    fix: "Map the device outside of the domain's RAM.",
  },
  {
    name: "kernel-module-missing",
    pattern: /Missing kernel boot module\?/i,
    rules: ["L06", "L41", "L30"],
    cause:
      "Xen has no kernel for the domain: it dropped the module because it overlaps a bank, a reservation or another module, or there is none.",
    fix: "Look for an overlap in the lines before; compare the module's reg with where the file was loaded.",
  },
  {
    name: "domain-not-set-up",
    pattern: /Could not set up (?:domain|d0 guest|DOM0 guest|d\d+ guest)/i,
    rules: ["L47", "L41", "L08", "L16", "L23", "L26"],
    cause:
      "The domain was made and could not be filled. The line before mostly says why; rc tells where none does: -22 is a kernel without a header that Xen knows, or a refused property; -2 no kernel module; -12 no memory for it; -14 registers that could not be mapped; -16 an interrupt that somebody has.",
    fix: "Check the kernel file (an arm64 Image has ARM\\x64 at byte 56; `layout check --module PATH=FILE` looks), then the line before.",
  },
  {
    name: "domain-incomplete",
    pattern:
      /Missing property 'cpus' for domain|cannot read "memory" property|Malformed DTB: Invalid domain/i,
    rules: ["L41"],
    cause: "The domain node lacks cpus, or memory as two cells.",
    fix: "Write cpus = <N> and memory = <0 KIB>.",
  },
  {
    name: "iommu-not-enabled",
    pattern: /IOMMU is not enabled|IOMMU requested but not available/i,
    rules: ["L27", "L16"],
    cause: "A partial device tree made an older Xen ask for an IOMMU context on a host without IOMMU.",
    fix: "Use a later Xen, or one with the IOMMU on.",
  },
  {
    name: "error-creating-domain",
    pattern: /Error creating domain \S+/i,
    rules: ["L27", "L35"],
    cause: "Xen refused the domain before it was built: an IOMMU context without IOMMU, or too many vCPUs.",
    fix: 'Lower cpus; leave passthrough = "enabled" out where there is no IOMMU.',
  },
  {
    name: "vcpu-not-made",
    pattern: /Failed to allocate d\d+v\d+|Unable to find a re-distributor for VCPU/i,
    rules: ["L35"],
    cause: "More vCPUs than the GIC layout has frames for.",
    fix: "Lower cpus of the domain.",
  },
  {
    name: "dtb-generation",
    pattern: /Device tree generation failed/i,
    rules: ["L21", "L13", "L16", "L19"],
    cause:
      "Xen could not write the guest's tree: mostly because a node below /passthrough was refused (the line before), else because the partial tree is no valid .dtb.",
    fix: "Look at the line before; load the partial tree's .dtb whole, and with its exact size in reg.",
  },
  {
    name: "timer-interrupt",
    pattern: /Timer: Unable to retrieve IRQ \d+ from the device tree/i,
    rules: [],
    cause:
      "The tree that Xen got has no usable interrupts in its arm,armv8-timer node: the interrupt-parent leads to a controller that is not the GIC that Xen drives, or the tree is another board's.",
    fix: "Let the timer's interrupt-parent name the GIC; pass the tree that the board boots Linux with.",
  },
  {
    name: "gic-missing",
    pattern: /Unable to find compatible GIC|GIC(?:v[23])?: (?:Cannot find|Failed to) /i,
    rules: [],
    cause:
      "The tree has no interrupt controller that Xen drives (GICv2, GICv3), or its registers cannot be read.",
    fix: "Pass the right tree; build Xen with the driver (CONFIG_GICV3, CONFIG_GICV2).",
  },
  {
    name: "phandle-not-found",
    pattern: /could not find phandle/i,
    rules: ["L46"],
    cause:
      "A property of the named node refers to a node that the tree lacks: an overlay whose references were not fixed up (dtc -@ is missing), or a node that was deleted.",
    fix: "Compile the base tree with symbols before overlays go over it, or add the missing node.",
  },
  {
    name: "magic-page",
    pattern: /mfn 0x39\d{3} doesn't belong to d\d+|Error on alloc magic pages/i,
    rules: ["L28"],
    cause: "The toolstack populated the xenstore page at a frame that a direct-mapped domain does not own.",
    fix: 'Use Xen 4.21 or later, or xen,enhanced = "no-xenstore".',
  },
  {
    name: "xenstore-missing",
    pattern: /Xenstore support requires dom0|xenstore requested, but xenstore domain not present/i,
    rules: ["L28"],
    cause: "xen,enhanced asks for xenstore, and nobody serves it.",
    fix: 'Boot a Dom0 or a xenstore domain, or write xen,enhanced = "no-xenstore".',
  },
  {
    name: "rangeset-assertion",
    pattern: /Assertion 's <= e' failed/i,
    rules: ["L34"],
    cause: "Xen without CONFIG_GRANT_TABLE took an empty window out of the extended regions.",
    fix: "Build Xen with CONFIG_GRANT_TABLE=y, or use 4.21 or later.",
  },
];
