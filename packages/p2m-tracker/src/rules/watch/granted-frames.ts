import type { Domain } from "../../state/domain.ts";

/** Frames that one domain's grant entries name, by ref and by gfn. */
export class GrantedFrames {
  private readonly gfnOf = new Map<number, number>();
  private readonly refsAt = new Map<number, Set<number>>();

  constructor(domain: Domain) {
    for (const entry of domain.grants.entries()) this.add(entry.ref, entry.gfn);
  }

  add(ref: number, gfn: number): void {
    this.end(ref);
    this.gfnOf.set(ref, gfn);
    const refs = this.refsAt.get(gfn);
    if (refs === undefined) this.refsAt.set(gfn, new Set([ref]));
    else refs.add(ref);
  }

  end(ref: number): void {
    const gfn = this.gfnOf.get(ref);
    if (gfn === undefined) return;
    this.gfnOf.delete(ref);
    const refs = this.refsAt.get(gfn);
    refs?.delete(ref);
    if (refs?.size === 0) this.refsAt.delete(gfn);
  }

  get size(): number {
    return this.gfnOf.size;
  }

  /** Which entries are live is not known any more. */
  clear(): void {
    this.gfnOf.clear();
    this.refsAt.clear();
  }

  /** A ref that names this gfn; undefined: none. */
  refAt(gfn: number): number | undefined {
    for (const ref of this.refsAt.get(gfn) ?? []) return ref;
    return undefined;
  }
}
