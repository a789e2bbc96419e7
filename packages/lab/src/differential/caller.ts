import { DOMID_INVALID, DOMID_IO, DOMID_SELF, DOMID_XEN, PAGE_SIZE } from "@xgt/hypercall-abi";

/** The domain that issues the random calls, and the second domain beside it. */
export interface Caller {
  /** Its own id. */
  readonly self: number;
  /** It is the hardware and control domain. */
  readonly isDom0: boolean;
  /** Ids to name: this domain by both names, domains that do not exist, and reserved ones; each as often as it is listed. */
  readonly domids: readonly number[];
  /** Frames of devices that it may map. */
  readonly devices: readonly number[];
  /** Frames past a device's last one that it may map up to Xen 4.20. */
  readonly devicesPast: readonly number[];
  /** Frames of devices, and others, that it may not. */
  readonly otherDevices: readonly bigint[];
  /** The second domain. */
  readonly peer: Peer;
}

/** The second domain, whose frames and grants the first one's calls name. */
export interface Peer {
  /** Its id. */
  readonly domid: number;
  /** Its first frame. */
  readonly gfn: number;
  /** Frames from there on that it has. */
  readonly pages: number;
  /** A frame that it lacks. */
  readonly lacks: number;
  /** Grant-table frames that it may have. */
  readonly grantFrames: number;
  /** Whether the executor makes it, or it is a guest of its own that Xen started. */
  readonly made: boolean;
}

/** Frames of the second domain to name, each as often as it is listed. */
export function peerGfns({ gfn, lacks }: Peer): bigint[] {
  return [gfn, gfn + 1, gfn + 2, gfn + 3, gfn, lacks].map(BigInt);
}

const NO_SUCH_DOMAIN = 77;
/** What neither may map: Xen's own console, RAM, and frames of nothing. */
const NOBODYS = [0x9000n, 0x60000n, 0x8000000000n, 0xffffffffffffffffn];

/** What a domain's calls name domains by. */
const domidsOf = (self: number): number[] => [
  ...[DOMID_SELF, DOMID_SELF, DOMID_SELF, DOMID_SELF, self, self],
  ...[NO_SUCH_DOMAIN, DOMID_IO, DOMID_XEN, DOMID_INVALID],
];

/**
 * Dom0 of the lab's machine. Xen gives it the clock, the keys and a virtio slot. Up to 4.20 one page more than a device's is
 * permitted (PAGE_ALIGN of its last byte, arch/arm/domain_build.c:map_range_to_domain@4.17,
 * arch/arm/device.c:map_range_to_domain@4.20): behind the flash that is the interrupt controller's first page.
 */
export const dom0: Caller = {
  self: 0,
  isDom0: true,
  domids: domidsOf(0),
  devices: [0x9010, 0x9030, 0xa000],
  devicesPast: [0x8000],
  otherDevices: NOBODYS,
  // As guest/programs/peer.c makes it.
  peer: { domid: 5, gfn: 0x40000, pages: 4, lacks: 0x50000, grantFrames: 8, made: true },
};

/** Bytes into the bank of a second domain that is a guest of its own: there its frames are (guest/executor/neighbour.c). */
const NEIGHBOUR_FRAMES_AT = 32 << 20;
/** The page of registers that holds the caller's disk. */
const DISK_FRAME = 0xa003;

/**
 * A dom0less direct-mapped domU, beside another one whose bank begins at frame `neighbourRam`. The other one's grant of no
 * frame is of one that it lacks.
 */
export function domUCaller(self: number, neighbour: number, neighbourRam: number): Caller {
  return {
    self,
    isDom0: false,
    domids: domidsOf(self),
    devices: [DISK_FRAME],
    devicesPast: [],
    otherDevices: [...NOBODYS, 0x9010n],
    peer: {
      domid: neighbour,
      gfn: neighbourRam + NEIGHBOUR_FRAMES_AT / PAGE_SIZE,
      pages: 4,
      lacks: 1,
      grantFrames: 64,
      made: false,
    },
  };
}
