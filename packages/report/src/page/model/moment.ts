import type { DomainModel } from "./domain-model.ts";
import { FrameKind } from "./frame-kinds.ts";
import type { ModelFinding } from "./run-model.ts";

/** What the guest takes a frame for. */
export interface GuestView {
  readonly mfn: number;
  /** An entry says so; otherwise it takes the gfn for the frame. */
  readonly isEntry: boolean;
  /** Event of that entry, or of its end; -1: there never was one. */
  readonly event: number;
}

/** The last DMA at a frame. */
export interface DeviceView {
  /** Row of the table of DMA. */
  readonly transfer: number;
  /** -1: not recorded. */
  readonly mfn: number;
  /** It is under way. */
  readonly isNow: boolean;
}

/** A frame as Xen, the guest and a device see it once an event is over. */
export interface Moment {
  readonly kind: number;
  /** Frame that Xen maps; -1: none, or not known. */
  readonly mfn: number;
  /** Row of the change that made it so; -1: it was so from the start. */
  readonly change: number;
  /** Null: the log has no entries of the guest's own table. */
  readonly guest: GuestView | null;
  readonly device: DeviceView | null;
  readonly guestIsWrong: boolean;
  readonly deviceIsWrong: boolean;
}

/** How a frame stands once `event` is over; -1: before the first. */
export function momentOf(domain: DomainModel, gfn: number, event: number): Moment {
  const state = stateAt(domain, gfn, event);
  const guest = guestAt(domain, gfn, event);
  const device = deviceAt(domain, gfn, event);
  const deviceIsWrong = device?.isNow === true && domain.wrongTransfers[device.transfer] === 1;
  return { ...state, guest, device, deviceIsWrong, guestIsWrong: isGuestWrong(state, guest, device) };
}

/** The finding that calls a DMA of a frame wrong; null: none does. */
export function wrongTransferOf(domain: DomainModel, gfn: number, transfer: number): ModelFinding | null {
  const { run } = domain;
  if (domain.wrongTransfers[transfer] === 0) return null;
  const event = run.tables.dma.event[transfer];
  const found = run.findingsAt(event).find((one) => isWrongDma(one) && coversFrame(one, domain, gfn));
  return found ?? againOf(domain, gfn, event) ?? null;
}

/** Whether a finding is an error about the frame that a device used. */
export function isWrongDma({ severity, bus }: ModelFinding): boolean {
  return severity === "error" && bus !== null;
}

/** Whether a finding is about a frame of a domain. */
export function coversFrame(finding: ModelFinding, { domid }: DomainModel, gfn: number): boolean {
  return (
    finding.domid === domid && finding.gfn !== null && gfn >= finding.gfn && gfn < finding.gfn + finding.count
  );
}

/** A finding that came again at a later event: the first one tells for all. */
function againOf(domain: DomainModel, gfn: number, event: number): ModelFinding | undefined {
  const number = domain.run.number(event);
  return domain.run.findings.find(
    (one) =>
      isWrongDma(one) && one.at < event && (one.lastEvent ?? 0) >= number && coversFrame(one, domain, gfn),
  );
}

function stateAt(domain: DomainModel, gfn: number, event: number): Pick<Moment, "kind" | "mfn" | "change"> {
  const { rows, run } = domain;
  const { changes } = run.tables;
  const row = domain.rowAt(gfn);
  let kind = row < 0 ? domain.startKind(gfn) : domain.firstKind(row);
  let change = -1;
  if (row >= 0) {
    const { first, items } = rows.history;
    for (let i = first[row]; i < first[row + 1] && changes.event[items[i]] <= event; i++) change = items[i];
  }
  if (change >= 0) kind = changes.to[change];
  if (kind === FrameKind.own) return { kind, change, mfn: domain.head.mode === "direct-mapped" ? gfn : -1 };
  return { kind, change, mfn: change < 0 ? -1 : mfnOf(domain, change, gfn) };
}

/** The frame that a change puts behind a gfn; -1: none, or not known. A joined row shows the change of its first frames. */
export function mfnOf(domain: DomainModel, change: number, gfn: number): number {
  const { changes } = domain.run.tables;
  return changes.mfn[change] < 0 ? -1 : changes.mfn[change] + gfn - changes.gfn[change];
}

function guestAt(domain: DomainModel, gfn: number, event: number): GuestView | null {
  const { run } = domain;
  if (!run.head.hasEntries) return null;
  const { entries } = run.tables;
  const row = domain.rowAt(gfn);
  let view: GuestView = { mfn: gfn, isEntry: false, event: -1 };
  if (row < 0) return view;
  const { first, items } = domain.entries;
  for (let i = first[row]; i < first[row + 1]; i++) {
    const entry = items[i];
    if (entries.event[entry] > event) break;
    if (gfn < entries.gfn[entry] || gfn >= entries.gfn[entry] + entries.count[entry]) continue;
    const isEntry = entries.mfn[entry] >= 0;
    const mfn = isEntry ? entries.mfn[entry] + gfn - entries.gfn[entry] : gfn;
    view = { mfn, isEntry, event: entries.event[entry] };
  }
  return view;
}

function deviceAt(domain: DomainModel, gfn: number, event: number): DeviceView | null {
  const { dma } = domain.run.tables;
  let transfer = -1;
  for (const one of transfersAt(domain, gfn)) {
    if (dma.event[one] > event) break;
    transfer = one;
  }
  if (transfer < 0) return null;
  const end = domain.released[transfer];
  const mfn = dma.bus[transfer] < 0 ? -1 : dma.bus[transfer] + gfn - dma.gfn[transfer];
  return { transfer, mfn, isNow: end < 0 || end >= event };
}

/** Rows of the table of DMA that name a frame, in order. */
export function* transfersAt(domain: DomainModel, gfn: number): Generator<number> {
  const { dma } = domain.run.tables;
  const row = domain.rowAt(gfn);
  const { first, items } = domain.transfers;
  const all = row < 0 ? domain.otherTransfers : items.subarray(first[row], first[row + 1]);
  for (const transfer of all) {
    if (gfn >= dma.gfn[transfer] && gfn < dma.gfn[transfer] + dma.pages[transfer]) yield transfer;
  }
}

/**
 * Whether the guest is wrong about a frame: an entry that names another one, or stands over what no entry belongs to; without an
 * entry only while a device goes by it.
 */
function isGuestWrong(
  { kind, mfn }: Pick<Moment, "kind" | "mfn">,
  guest: GuestView | null,
  device: DeviceView | null,
): boolean {
  if (guest === null) return false;
  const isUsed = device?.isNow === true;
  const takesEntry = kind === FrameKind.own || kind === FrameKind.grant || kind === FrameKind.unknown;
  if (guest.isEntry && !takesEntry) return true;
  if (mfn >= 0 && guest.mfn !== mfn) return guest.isEntry || isUsed;
  return kind === FrameKind.hole && isUsed;
}
