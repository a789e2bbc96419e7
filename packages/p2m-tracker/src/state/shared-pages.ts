import { SHARED_PAGES_MAX } from "../limits.ts";

/** A page that the secure world has. */
export interface SharedPage {
  /** Buffers that it is in: Xen pins it once for each. */
  readonly buffers: number;
  /** Event of the newest share. */
  readonly event: number;
  /** Index of the partner's name in the run's strings; -1: not recorded. */
  readonly partner: number;
}

/** A domain's pages that OP-TEE or a partition of FF-A has now, as far as the log shows them. */
export class SharedPages {
  private readonly byGfn = new Map<number, SharedPage>();
  private complete: boolean;

  /** @param fromBoot The log holds every share since the domain started. */
  constructor(fromBoot: boolean) {
    this.complete = fromBoot;
  }

  /** Pages that are shared now. */
  get size(): number {
    return this.byGfn.size;
  }

  /** Whether every share was seen, so that a page without one is not shared. */
  get allSeen(): boolean {
    return this.complete;
  }

  /** The page at a gfn; undefined: no share of it was seen. */
  at(gfn: number): SharedPage | undefined {
    return this.byGfn.get(gfn);
  }

  /** The secure world got a page. Beyond SHARED_PAGES_MAX further ones are not followed. */
  share(gfn: number, event: number, partner: number): void {
    const buffers = (this.byGfn.get(gfn)?.buffers ?? 0) + 1;
    if (buffers > 1 || this.byGfn.size < SHARED_PAGES_MAX) this.byGfn.set(gfn, { buffers, event, partner });
    else this.complete = false;
  }

  /** The secure world gave a page back. */
  unshare(gfn: number): void {
    const page = this.byGfn.get(gfn);
    if (page === undefined) return;
    if (page.buffers > 1) this.byGfn.set(gfn, { ...page, buffers: page.buffers - 1 });
    else this.byGfn.delete(gfn);
  }

  /** Records were lost: pages may have been shared and given back unseen. */
  forget(): void {
    this.byGfn.clear();
    this.complete = false;
  }
}
