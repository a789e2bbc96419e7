import type { Region } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";

/** The regions of each domain whose names pass, picked once: rules ask for every gfn that is mapped. */
export class RegionLists {
  private readonly lists = new Map<Domain, readonly Region[]>();
  private readonly accepts: (name: string) => boolean;
  private lastDomain: Domain | undefined;
  private lastList: readonly Region[] = [];

  constructor(accepts: (name: string) => boolean) {
    this.accepts = accepts;
  }

  of(domain: Domain): readonly Region[] {
    if (domain === this.lastDomain) return this.lastList;
    let list = this.lists.get(domain);
    if (list === undefined) {
      list = domain.regions.filter((region) => this.accepts(region.name));
      this.lists.set(domain, list);
    }
    this.lastDomain = domain;
    this.lastList = list;
    return list;
  }

  /** The first of them that holds the gfn. */
  at(domain: Domain, gfn: number): Region | undefined {
    const list = this.of(domain);
    for (let i = 0; i < list.length; i++) {
      const region = list[i];
      if (gfn >= region.gfn && gfn < region.gfn + region.count) return region;
    }
    return undefined;
  }
}
