import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { FrameKind, NOT_KNOWN, SHARED_INFO } from "../frame-kind.ts";
import type { ConformanceId, Machine } from "../machine.ts";
import { since } from "../xen-version.ts";
import { isInvalidGfn } from "./reservation.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";
import { targetOf } from "./simple-return.ts";

/** XENMAPSPACE_* (xen/include/public/memory.h). */
export const MapSpace = {
  sharedInfo: 0,
  grantTable: 1,
  gmfn: 2,
  gmfnRange: 3,
  gmfnForeign: 4,
  devMmio: 5,
} as const;

/** Index bit that asks for a grant status frame (XENMAPIDX_grant_table_status). */
const STATUS_FRAME = 0x80000000;
/** start_extent is kept in 16 bits by add_to_physmap and its batch. */
export const START_MAX = 0xffff;

const shape = shapeNamed("add_to_physmap").in;
const DOMID = fieldIndex(shape, "domid");
const SIZE = fieldIndex(shape, "size");
const SPACE = fieldIndex(shape, "space");
const IDX = fieldIndex(shape, "idx");
const GPFN = fieldIndex(shape, "gpfn");

/** An expected answer and the rule that it belongs to; value NaN: the model leaves it open. */
export interface Expected {
  value: number;
  rule: ConformanceId;
}

/**
 * What mapping one frame of a Xen-owned space at `gpfn` answers (xen/arch/arm/mm.c:xenmem_add_to_physmap_one).
 * @returns NaN where it is not decidable.
 */
export function expectOne(machine: Machine, domain: Domain, space: number, idx: number, out: Expected): void {
  out.rule = "H08";
  switch (space) {
    case MapSpace.grantTable:
      expectGrantFrame(machine, domain, idx, out);
      return;
    case MapSpace.sharedInfo:
      if (idx !== 0) out.value = Errno.EINVAL;
      else expectPlacement(machine, domain, domain.sharedInfo !== undefined, out);
      return;
    case MapSpace.devMmio:
      out.value = 0;
      return;
    case MapSpace.gmfnForeign:
      out.value = Number.NaN;
      return;
    default:
      out.value = Errno.ENOSYS;
  }
}

function expectGrantFrame(machine: Machine, domain: Domain, idx: number, out: Expected): void {
  if (idx >= STATUS_FRAME && idx < 2 * STATUS_FRAME) {
    // Status frames exist in version 2 only, which Arm does not offer by default.
    out.value = domain.facts?.grantTableVersion === 1 ? Errno.EINVAL : Number.NaN;
    return;
  }
  if (idx >= domain.maxGrantFrames) out.value = Errno.EINVAL;
  else if (Number.isNaN(domain.maxGrantFrames) && idx >= domain.grantTableFrames) out.value = Number.NaN;
  else expectPlacement(machine, domain, domain.grantFrames.has(idx), out);
}

/** 4.17 (71320946d5) refuses a second placement; before, the frame moves. */
function expectPlacement(machine: Machine, domain: Domain, placed: boolean, out: Expected): void {
  const refuses = since(machine.xen, 4017);
  out.rule = "H09";
  if (refuses === false) out.value = 0;
  else if (placed) out.value = refuses === null ? Number.NaN : Errno.EBUSY;
  else out.value = domain.placementsComplete ? 0 : Number.NaN;
}

/** Makes the state follow a placement that was done. */
export function applyOne(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  space: number,
  idx: number,
  gpfn: number,
): void {
  if (space === MapSpace.devMmio) {
    applyMmio(call, machine, domain, item, idx, gpfn);
    return;
  }
  const shared = space === MapSpace.sharedInfo;
  const aux = shared ? SHARED_INFO : idx < STATUS_FRAME ? idx : NOT_KNOWN;
  const old = shared ? domain.sharedInfo : domain.grantFrames.get(idx);
  // Before 4.17 the frame leaves the gfn where it was.
  if (old !== undefined && !Number.isNaN(old) && old !== gpfn) machine.clear(domain, call, item, old, 0);
  machine.change(
    domain,
    call,
    item,
    gpfn,
    FrameKind.xen,
    NOT_KNOWN,
    aux,
    false,
    machine.coverLineage(domain, gpfn),
  );
  if (shared) domain.sharedInfo = gpfn;
  else if (aux !== NOT_KNOWN) {
    domain.grantFrames.set(idx, gpfn);
    domain.grantTableFrames = Math.max(domain.grantTableFrames, idx + 1);
  }
}

/** The answer 0 does not say whether the frame was mapped: only a domain's iomem rights do. */
function applyMmio(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  idx: number,
  gpfn: number,
): void {
  const maps = domain.facts?.devMmioMaps;
  if (maps === undefined) machine.blur(domain, call, item, gpfn);
  else if (maps.includes(idx)) {
    const lineage = machine.coverLineage(domain, gpfn);
    machine.change(domain, call, item, gpfn, FrameKind.mmio, idx, NOT_KNOWN, false, lineage);
  }
}

/** -EACCES for XENMAPSPACE_dev_mmio unless the hardware domain maps for itself; undefined: allowed, null: not known. */
export function refuseMmio(call: Call, machine: Machine, domain: Domain): number | null | undefined {
  const hardware = isHardware(machine.domains.get(call.caller));
  if (domain.domid !== call.caller || hardware === false) return Errno.EACCES;
  return hardware === null ? null : undefined;
}

function isHardware(caller: Domain | undefined): boolean | null {
  if (caller?.facts?.roles !== undefined) return caller.facts.roles.includes("hardware");
  // A dom0less domU can be the hardware domain; Dom0 always is.
  return caller?.domid === 0 ? true : null;
}

/** The answer decided before any frame is looked at; undefined: the frame decides, null: not known. */
function refusal(call: Call, machine: Machine, out: Expected): number | null | undefined {
  out.rule = "H08";
  if (call.start > START_MAX) {
    out.rule = "H29";
    return Errno.EDOM;
  }
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  const space = call.in.u64(0, SPACE);
  if (Number.isNaN(space)) return null;
  if (space === MapSpace.gmfnForeign) return Errno.ENOSYS;
  const domid = call.in.u64(0, DOMID);
  const exists = Number.isNaN(domid) ? null : machine.exists(domid, call.caller);
  if (exists !== true) return exists === false ? Errno.ESRCH : null;
  const domain = machine.resolve(domid, call.caller);
  if (domain === undefined) return null;
  if (space === MapSpace.devMmio) {
    const refused = refuseMmio(call, machine, domain);
    if (refused !== undefined) return refused;
  }
  if (space === MapSpace.gmfnRange) return refuseRange(call);
  if (isInvalidGfn(call.in.u64(0, GPFN))) {
    const checked = since(machine.xen, 4017);
    if (checked !== false) return checked === null ? null : Errno.EINVAL;
  }
  return undefined;
}

function refuseRange(call: Call): number | null {
  const size = call.in.u64(0, SIZE);
  if (Number.isNaN(size)) return null;
  if (size < call.start) return Errno.EILSEQ;
  if (size === call.start) return 0;
  const idx = call.in.u64(0, IDX);
  const gpfn = call.in.u64(0, GPFN);
  return idx + size >= 2 ** 64 || gpfn + size >= 2 ** 64 ? null : Errno.ENOSYS;
}

const scratch: Expected = { value: Number.NaN, rule: "H08" };

/** Maps one frame that Xen owns (shared_info, grant table, MMIO) over whatever the gfn held. */
export const addToPhysmap: Semantics = {
  nr: 12,
  cmd: 7,
  source:
    "common/memory.c:xatp_permission_check,xenmem_add_to_physmap@master; arch/arm/mm.c:xenmem_add_to_physmap_one@master",
  replay(call, machine) {
    const domain = targetOf(call, machine, call.in.u64(0, DOMID));
    const refused = refusal(call, machine, scratch);
    if (refused !== undefined) scratch.value = refused ?? Number.NaN;
    else if (domain !== undefined) {
      expectOne(machine, domain, call.in.u64(0, SPACE), call.in.u64(0, IDX), scratch);
    } else scratch.value = Number.NaN;
    if (!Number.isNaN(scratch.value)) machine.expectRet(call, scratch.rule, scratch.value);
    settle(call, machine, domain);
  },
};

function settle(call: Call, machine: Machine, domain: Domain | undefined): void {
  const result = call.result;
  if (domain === undefined || (result !== 0 && !Number.isNaN(result))) return;
  const space = call.in.u64(0, SPACE);
  const gpfn = call.in.u64(0, GPFN);
  if (Number.isNaN(space) || Number.isNaN(gpfn))
    return machine.forget(domain, "arguments of add_to_physmap not recorded");
  if (space === MapSpace.gmfnRange || space === MapSpace.gmfn || isInvalidGfn(gpfn)) return;
  if (Number.isNaN(result)) machine.blur(domain, call, 0, gpfn);
  else applyOne(call, machine, domain, 0, space, call.in.u64(0, IDX), gpfn);
}
