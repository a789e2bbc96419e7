/** Readers count from bit 0, writers from here. */
const WRITER = 2 ** 20;

/** What an identity entry is for after a map or an unmap of its frame. */
export const IdentityChange = { none: 0, gone: 1, readOnly: 2, writable: 3 } as const;
export type IdentityChange = (typeof IdentityChange)[keyof typeof IdentityChange];

/** Readers and writers of each identity entry that Xen keeps for a granted frame, by mfn. */
export class IdentityPins {
  private readonly pins = new Map<number, number>();

  /** A map of the frame; what becomes of its identity entry. */
  add(mfn: number, readOnly: boolean): IdentityChange {
    const before = this.pins.get(mfn) ?? 0;
    const now = before + (readOnly ? 1 : WRITER);
    this.pins.set(mfn, now);
    if (before !== 0 && (before >= WRITER || now < WRITER)) return IdentityChange.none;
    return now < WRITER ? IdentityChange.readOnly : IdentityChange.writable;
  }

  /** An unmap of the frame; what becomes of its identity entry. */
  remove(mfn: number, readOnly: boolean): IdentityChange {
    const before = this.pins.get(mfn);
    if (before === undefined) return IdentityChange.none;
    const now = before - (readOnly ? 1 : WRITER);
    if (now <= 0) {
      this.pins.delete(mfn);
      return IdentityChange.gone;
    }
    this.pins.set(mfn, now);
    return before >= WRITER && now < WRITER ? IdentityChange.readOnly : IdentityChange.none;
  }

  /** Records were lost. */
  forget(): void {
    this.pins.clear();
  }
}
