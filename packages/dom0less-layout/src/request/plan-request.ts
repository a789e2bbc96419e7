import type { XenRelease } from "@xgt/hypercall-abi";
import type { EnhancedMode } from "../model/domain-config.ts";
import type { ReservedRange } from "../model/host.ts";
import type { BusMaster } from "../model/protection-windows.ts";
import type { AddressRange } from "../terms/address-range.ts";
import type { DeviceTree } from "../tree/device-tree.ts";

/** One domain that is wanted. */
export interface WantedDomain {
  /** Name of its node below /chosen. */
  readonly name: string;
  /** Bytes. */
  readonly memory: bigint;
  readonly cpus: number;
  /** Paths of host nodes. */
  readonly devices: readonly string[];
  /** Which PV interfaces it gets. */
  readonly enhanced: EnhancedMode;
  /** An emulated UART. */
  readonly vpl011: boolean;
  /** Bytes of the kernel; null: not known, room for a large one is left. */
  readonly kernelSize: bigint | null;
  /** Bytes of the ramdisk; null: none. */
  readonly ramdiskSize: bigint | null;
  /** Its kernel's command line; null: none. */
  readonly bootargs: string | null;
  /** Names of the files as the boot loader sees them; absent: made up. */
  readonly kernelFile?: string;
  readonly ramdiskFile?: string;
}

/** A file that the boot loader loads. */
export interface LoadFile {
  readonly name: string;
  /** Bytes. */
  readonly size: bigint;
}

/** Memory that domains of a plan share. */
export interface SharedWindow {
  /** xen,shm-id: 1 to 15 characters. */
  readonly id: string;
  /** Bytes. */
  readonly size: bigint;
  /** Names of the domains, two or more. */
  readonly domains: readonly string[];
}

/** What a plan starts from. */
export interface PlanRequest {
  readonly host: DeviceTree;
  readonly release: XenRelease;
  readonly domains: readonly WantedDomain[];
  readonly masters: readonly BusMaster[];
  /** Memory that firmware holds without saying so in the tree. */
  readonly firmware: readonly ReservedRange[];
  /** A Dom0 will run beside the domains. */
  readonly dom0: boolean;
  /** Absent: Dom0's files are somebody else's business. */
  readonly dom0Kernel?: LoadFile;
  readonly dom0Ramdisk?: LoadFile;
  /** Dom0's command line; absent: the tree's, else a short one. */
  readonly dom0Bootargs?: string;
  /** Absent: none. */
  readonly shared?: readonly SharedWindow[];
  /** Rates of clocks that the tree does not tell, in Hz, by "/path" or "/path:clock-name". */
  readonly clocks?: ReadonlyMap<string, number>;
  /** Plan devices too that cannot work whole in a domU (PCI bridges without interrupts), with a warning. */
  readonly force?: boolean;
  /** CONFIG_ names of Xen's build; absent: not known. */
  readonly kconfig?: ReadonlyMap<string, string>;
}

/** A module with the memory that the boot loader must put it into. */
export interface PlannedModule {
  readonly kind: "kernel" | "ramdisk" | "device-tree";
  readonly memory: AddressRange;
  /** The size is a guess that the loader replaces. */
  readonly assumed: boolean;
}

/** A domain with its place. */
export interface PlacedDomain {
  readonly wanted: WantedDomain;
  /** The first one holds the images. */
  readonly banks: readonly AddressRange[];
  readonly modules: readonly PlannedModule[];
}

/** Room for a kernel whose size is not known. */
export const ASSUMED_KERNEL_SIZE = 0x400_0000n;
/** Room that stays free for Xen (image, heap, page tables of the domains). */
export const XEN_ROOM = 0x400_0000n;
