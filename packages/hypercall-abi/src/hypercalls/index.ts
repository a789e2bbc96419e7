import { argoOp } from "./argo-op.ts";
import { consoleIo } from "./console-io.ts";
import { dmOp } from "./dm-op.ts";
import { domctl, domctlFrameOps } from "./domctl.ts";
import { eventChannelOp, eventChannelOpCompat } from "./event-channel-op.ts";
import { grantTableOp } from "./grant-table-op.ts";
import { hvmOp } from "./hvm-op.ts";
import type { Hypercall, SubOp } from "./hypercall.ts";
import { hypfsOp } from "./hypfs-op.ts";
import { kexecOp } from "./kexec-op.ts";
import { memoryOp } from "./memory-op.ts";
import { multicall } from "./multicall.ts";
import { notOnArm } from "./not-on-arm.ts";
import { physdevOp, physdevOpCompat } from "./physdev-op.ts";
import { platformOp } from "./platform-op.ts";
import { schedOp, schedOpCompat } from "./sched-op.ts";
import { sysctl } from "./sysctl.ts";
import { vcpuOp } from "./vcpu-op.ts";
import { vmAssist } from "./vm-assist.ts";
import { xenVersion } from "./xen-version.ts";
import { xenpmuOp } from "./xenpmu-op.ts";
import { xsmOp } from "./xsm-op.ts";

export { Domctl } from "./domctl.ts";
export { GNTTABOP_CMD_BITS, GRANT_TABLE_OP, GrantTableOp, grantTableOps } from "./grant-table-op.ts";
export type {
  ArgumentBuffer,
  ArgumentField,
  ArgumentList,
  Direction,
  Hypercall,
  Releases,
  SubOp,
} from "./hypercall.ts";
export { MEMOP_CMD_BITS, MEMORY_OP, MemoryOp, memoryOps } from "./memory-op.ts";
export { MULTICALL } from "./multicall.ts";

/** Every hypercall that logs are decoded for, in order of number. */
export const hypercalls: readonly Hypercall[] = [memoryOp, multicall, grantTableOp];

/** Every sub-op whose arguments logs are decoded for: those of `hypercalls`, and what a toolstack does to a p2m. */
export const decodedSubOps: readonly SubOp[] = [
  ...hypercalls.flatMap(({ subOps }) => subOps),
  ...domctlFrameOps,
];

/** Every hypercall of Xen's public ABI, 4.11 to master, in order of number; two that share one are in order of use. */
export const allHypercalls: readonly Hypercall[] = [
  ...[
    memoryOp,
    multicall,
    grantTableOp,
    argoOp,
    consoleIo,
    dmOp,
    domctl,
    eventChannelOp,
    eventChannelOpCompat,
  ],
  ...[
    hvmOp,
    hypfsOp,
    kexecOp,
    physdevOp,
    physdevOpCompat,
    platformOp,
    schedOp,
    schedOpCompat,
    sysctl,
    vcpuOp,
  ],
  ...[vmAssist, xenVersion, xenpmuOp, xsmOp, ...notOnArm],
].sort((a, b) => a.nr - b.nr);

/** The first of each number: log readers ask once per call. */
const byNumber: ReadonlyMap<number, Hypercall> = new Map([...allHypercalls].reverse().map((h) => [h.nr, h]));

/** The hypercall of that number, if the public ABI has one. */
export function hypercallOf(nr: number): Hypercall | undefined {
  return byNumber.get(nr);
}

/** The sub-op of that number, if logs are decoded for it. */
export function subOpOf(nr: number, cmd: number): SubOp | undefined {
  return decodedSubOps.find((subOp) => subOp.nr === nr && subOp.cmd === cmd);
}
