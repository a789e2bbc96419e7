/** Something that the guest will lack or that somebody must see to. */
export interface PartialNote {
  /** "/soc/mmc@4005d000: resets left out: ..." */
  readonly text: string;
  /** The device cannot work without it: a warning, and the plan's exit status says so. */
  readonly counts: boolean;
}
