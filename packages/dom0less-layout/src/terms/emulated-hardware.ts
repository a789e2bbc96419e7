const KIB = 0x400n;

/** Bytes of the CPU interface that a domain other than the hardware domain sees (GUEST_GICC_SIZE). */
export const GIC_CPU_SIZE = 8n * KIB;
/** Bytes of a GICv2 distributor that Xen traps. */
export const GICV2_DISTRIBUTOR_SIZE = 4n * KIB;
export const GICV3_DISTRIBUTOR_SIZE = 64n * KIB;
/** One vCPU's redistributor frame (GICV3_GICR_SIZE). */
export const REDISTRIBUTOR_SIZE = 128n * KIB;
/** vCPUs of a domain with a GICv2. */
export const GICV2_VCPUS = 8;
/** vCPUs of an arm64 domain (MAX_VIRT_CPUS). */
export const MAX_VCPUS = 128;
/** Bytes that the emulated UART traps (GUEST_PL011_SIZE). */
export const UART_SIZE = 4n * KIB;
/** First shared peripheral interrupt. */
export const FIRST_SPI = 32;
/** Banks over all reserved memory (NR_MEM_BANKS). */
export const MAX_BANKS = 256;
/** Smallest extended region. */
export const MIN_EXTENDED_REGION = 0x400_0000n;
/** Frames of a grant table where nothing else is said (opt_max_grant_frames). */
export const DEFAULT_GRANT_FRAMES = 64;
/** Room that Xen counts for the generated device tree, rounded up to 2 MiB. */
export const GUEST_DTB_ROOM = 0x20_0000n;
/** Where DTB and initrd go above the start of the first bank if they fit. */
export const DTB_OFFSET = 0x800_0000n;
