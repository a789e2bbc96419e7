import { DOMID_FIRST_RESERVED, Gntmap, PAGE_SIZE, since } from "@xgt/hypercall-abi";
import { type EventBatch, Recorded } from "@xgt/hypercall-log";
import { OPS_MAX } from "../memory/kernel-slots.ts";
import { mapFields, unmapFields } from "../rules/watch/grant-op-fields.ts";
import { reaches } from "../semantics/shared/p2m-reach.ts";
import type { Domain } from "../state/domain.ts";
import { EntryFlag, FrameKind, NOT_KNOWN } from "../state/frame-kind.ts";
import { HandleState } from "../state/maptrack.ts";
import { GrantChanges } from "./grant-changes.ts";
import { type StraightCounts, SubOp, straightShapes } from "./straight-counts.ts";
import type { Passing } from "./straight-guards.ts";
import type { StraightHost } from "./straight-host.ts";
import type { WholeCall } from "./whole-call.ts";

/**
 * Maps and unmaps of other domains' frames: calls whose exit follows at once, of which every op that was recorded did
 * what it asked for. All ops are looked at before the first is done.
 */
export class StraightGrants {
  private readonly host: StraightHost;
  private readonly counts: StraightCounts;
  private readonly changes: GrantChanges;
  private readonly call: WholeCall;
  /** Ops of the call at hand. */
  private readonly gfns = new Float64Array(OPS_MAX);
  private readonly mfns = new Float64Array(OPS_MAX);
  private readonly handles = new Int32Array(OPS_MAX);
  private readonly refs = new Float64Array(OPS_MAX);
  /** Up to 4.15 an address that an unmap names besides must be the frame's. */
  readonly ignoresBus: boolean;

  constructor(host: StraightHost, counts: StraightCounts, call: WholeCall) {
    this.host = host;
    this.counts = counts;
    this.call = call;
    this.changes = new GrantChanges(host);
    this.ignoresBus = since(host.machine.xen, "4.16") === true;
  }

  /** Takes the enter at `row` and the exit behind it, which is known to be there; false: neither. */
  take(batch: EventBatch, row: number, domain: Domain, passing: Passing, subOp: SubOp): boolean {
    const { call, host } = this;
    const isMap = subOp === SubOp.map;
    const shape = straightShapes[subOp];
    if (batch.ret[row + 1] !== 0 || !call.load(batch, row, shape.in, shape.out) || !this.isPlain())
      return false;
    if (!(isMap ? this.mayMap(domain, passing) : this.mayUnmap(domain, passing))) return false;
    const missing = call.in.count - call.in.rows;
    // The enter is an event of its own; what the call does is done at its exit.
    host.machine.event += 2;
    if (isMap) {
      this.map(domain, passing);
      domain.missMaps(missing);
    } else {
      this.unmap(domain, batch.pid[row]);
      domain.missUnmaps(missing);
    }
    this.counts.call(subOp, call.in.operations, missing, host.machine.event);
    return true;
  }

  private isPlain(): boolean {
    const { in: asked, out } = this.call;
    return (
      out.recorded === Recorded.fields &&
      !out.endsInFault &&
      asked.rows > 0 &&
      asked.rows <= OPS_MAX &&
      asked.rows === out.rows &&
      asked.count >= asked.rows &&
      asked.count < 2 ** 31
    );
  }

  private mayMap(domain: Domain, passing: Passing): boolean {
    const { in: asked, out } = this.call;
    const { frames, maptrack } = domain;
    if (this.host.machine.leaves.left < asked.rows) return false;
    for (let op = 0; op < asked.rows; op++) {
      const address = asked.u64(op, mapFields.hostAddr);
      const granter = asked.u64(op, mapFields.dom);
      const ref = asked.u64(op, mapFields.ref);
      const handle = out.u64(op, mapFields.handle);
      const bus = out.u64(op, mapFields.bus);
      const flags = asked.u64(op, mapFields.flags) & ~Gntmap.readonly;
      if (out.s64(op, mapFields.status) !== 0 || flags !== Gntmap.hostMap || !(ref >= 0)) return false;
      const gfn = address / PAGE_SIZE;
      if (!Number.isInteger(gfn) || !this.isStranger(domain, granter)) return false;
      const mfn = Number.isNaN(bus) ? NOT_KNOWN : bus / PAGE_SIZE;
      if (!Number.isInteger(mfn) || reaches(domain, gfn) === false) return false;
      if (!maptrack.isDense(handle) || maptrack.stateOf(handle) === HandleState.live) return false;
      const pinned = maptrack.pinnedMfn(granter, ref);
      if (mfn !== NOT_KNOWN && pinned !== NOT_KNOWN && pinned !== mfn) return false;
      if (
        !this.changes.mayCome(domain, passing, gfn, frames.find(gfn), mfn) ||
        this.isRepeated(op, gfn, handle)
      )
        return false;
      for (let before = 0; before < op; before++)
        if (this.refs[before] === ref && this.mfns[before] !== mfn) return false;
      this.refs[op] = ref;
      this.mfns[op] = mfn;
    }
    return true;
  }

  private map(domain: Domain, passing: Passing): void {
    const { in: asked } = this.call;
    const { event } = this.host.machine;
    for (let op = 0; op < asked.rows; op++) {
      const flags = asked.u64(op, mapFields.flags);
      const granter = asked.u64(op, mapFields.dom);
      const ref = asked.u64(op, mapFields.ref);
      const handle = this.handles[op];
      const gfn = this.gfns[op];
      const mfn = this.mfns[op];
      domain.maptrack.open(handle, granter, ref, flags, gfn, mfn, event);
      const readOnly = (flags & Gntmap.readonly) === 0 ? 0 : EntryFlag.readOnly;
      this.changes.come(domain, passing, gfn, domain.p2m.touch(gfn), mfn, handle, readOnly);
      if (readOnly === 0) continue;
      for (const rule of this.host.guards.readOnlyMapped) rule.readOnlyMapped?.(domain, gfn, event, 1);
    }
  }

  private mayUnmap(domain: Domain, passing: Passing): boolean {
    const { in: asked, out } = this.call;
    const { frames, maptrack } = domain;
    for (let op = 0; op < asked.rows; op++) {
      const address = asked.u64(op, unmapFields.hostAddr);
      const handle = asked.u64(op, unmapFields.handle);
      const gfn = address / PAGE_SIZE;
      if (out.s64(op, unmapFields.status) !== 0 || !Number.isInteger(gfn) || gfn === 0) return false;
      if (!this.ignoresBus && asked.u64(op, unmapFields.bus) > 0) return false;
      if (!maptrack.isDense(handle) || maptrack.stateOf(handle) !== HandleState.live) return false;
      const entry = frames.find(gfn);
      if (entry < 0 || maptrack.gfn.get(handle) !== gfn || this.isRepeated(op, gfn, handle)) return false;
      if (frames.kinds[entry] !== FrameKind.grant || frames.aux[entry] !== handle) return false;
      if (!this.changes.mayGo(domain, passing, gfn)) return false;
    }
    return true;
  }

  private unmap(domain: Domain, pid: number): void {
    const { guards, machine } = this.host;
    for (let op = 0; op < this.call.in.rows; op++) {
      const handle = this.handles[op];
      this.changes.go(domain, domain.frames.find(this.gfns[op]));
      domain.maptrack.close(handle, HandleState.released, machine.event);
      if (domain.guestP2m.size === 0 || domain.guestP2m.get(this.gfns[op]) === undefined) continue;
      for (const rule of guards.entryOutlives)
        rule.entryOutlives?.(domain, this.gfns[op], handle, pid, machine.event);
    }
  }

  /** Whether a granter is a domain of which the log has no state: nothing can be said of its entries. */
  private isStranger(domain: Domain, granter: number): boolean {
    if (!(granter < DOMID_FIRST_RESERVED) || granter === domain.domid) return false;
    const { machine } = this.host;
    return !machine.domains.has(granter) && machine.exists(granter, domain.domid) !== false;
  }

  /** Notes the gfn and the handle of an op; true where an earlier op of the call has one of them. */
  private isRepeated(op: number, gfn: number, handle: number): boolean {
    for (let before = 0; before < op; before++)
      if (this.gfns[before] === gfn || this.handles[before] === handle) return true;
    this.gfns[op] = gfn;
    this.handles[op] = handle;
    return false;
  }
}
