import { type Domain, FrameKind } from "@xgt/p2m-tracker";

/** What guest/executor/frames.c says of a frame that answers no load. */
const NO_RAM = "-";
/** What guest/executor writes into the upper word of grant-table frames (with the frame's number) and of the second domain's. */
const TABLE_TAG = 0xf0000000n;
const PEER_TAG = 0xe0000000n;
/** What frames of the second domain's grant table begin with. */
const EMPTY_ENTRY = "0";
const WORD_BITS = 32n;

/** What the second domain's frames hold: their machine frames are not known before a grant of them was mapped. */
export class PeerFrames {
  private readonly tags = new Map<number, string>();

  /** Whether this machine frame held the same whenever it was read, and the tag of a frame of the second domain. */
  agrees(mfn: number, read: string): boolean {
    if (!isPeerTag(read)) return false;
    const before = this.tags.get(mfn);
    if (before === undefined) this.tags.set(mfn, read);
    return before === undefined || before === read;
  }
}

/** What was read at a gfn of the domain against the model. Empty: they agree; null: the model leaves the frame open. */
export function compareFrame(domain: Domain, gfn: number, read: string, peer: PeerFrames): string | null {
  const kind = domain.p2m.kindOf(gfn);
  if (kind === FrameKind.unknown) return null;
  const where = `gfn 0x${gfn.toString(16)}`;
  if ((kind === FrameKind.hole) !== (read === NO_RAM)) {
    return `${where}: the model says ${nameOf(kind)}, Xen ${read === NO_RAM ? "nothing" : `a page that begins 0x${read}`}`;
  }
  // A device's registers have no tag.
  if (kind === FrameKind.hole || kind === FrameKind.mmio) return "";
  if (kind === FrameKind.xen) return compareTableFrame(where, domain.p2m.auxAt(gfn), read);
  const mfn = kind === FrameKind.own ? gfn : domain.p2m.mfnAt(gfn);
  if (kind === FrameKind.foreign || (kind === FrameKind.grant && isOthersGrant(domain, gfn))) {
    const agrees = mfn < 0 ? isPeerTag(read) || read === EMPTY_ENTRY : peer.agrees(mfn, read);
    return agrees
      ? ""
      : `${where}: the model says another domain's frame, Xen has a page that begins 0x${read}`;
  }
  if (mfn < 0) return null;
  // Only frames of RAM have a tag: a grant may name a page of Xen's.
  if (domain.p2m.defaultOf(mfn) !== FrameKind.own) return "";
  const same = mfn === Number.parseInt(read, 16);
  return same ? "" : `${where}: the model says frame 0x${mfn.toString(16)}, Xen has 0x${read}`;
}

function isOthersGrant(domain: Domain, gfn: number): boolean {
  const slot = domain.maptrack.find(domain.p2m.auxAt(gfn));
  return slot >= 0 && domain.maptrack.granter[slot] !== domain.domid;
}

function isPeerTag(read: string): boolean {
  return BigInt(`0x${read}`) >> WORD_BITS === PEER_TAG;
}

/** Which of Xen's grant-table frames it is: the executor wrote their numbers into them. */
function compareTableFrame(where: string, index: number, read: string): string | null {
  if (index < 0) return null;
  const same = read === ((TABLE_TAG + BigInt(index)) << WORD_BITS).toString(16);
  return same
    ? ""
    : `${where}: the model says grant-table frame ${index}, Xen has a page that begins 0x${read}`;
}

function nameOf(kind: FrameKind): string {
  return Object.entries(FrameKind).find(([, value]) => value === kind)?.[0] ?? "?";
}
