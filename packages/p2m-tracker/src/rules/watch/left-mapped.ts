import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Report, Rule, RuleHooks, RuleHost } from "../kinds/rule.ts";
import { isOwnUnmap } from "./own-unmap.ts";
import { SecondChances } from "./second-chances.ts";

/** Grants that stay mapped by a fault: an unmap of their handle makes it good, whatever covers them makes it worse. */
export class LeftMapped {
  private readonly chances: SecondChances;
  private readonly usesCount: boolean;

  /** @param usesCount The guest takes the gfn for free: a DMA or a grant of it is the harm. */
  constructor(rule: Rule, host: RuleHost, usesCount: boolean) {
    this.chances = new SecondChances(rule, host);
    this.usesCount = usesCount;
  }

  /** Holds back a report about the grant that is mapped at a gfn. */
  hold(domain: Domain, gfn: number, report: Report): void {
    this.chances.hold(domain, gfn, report);
  }

  /** What was held back for a gfn, or by another key, is made good by the event under way. */
  madeGood(domain: Domain, key: number): void {
    this.chances.madeGood(domain, key);
  }

  /** Whether nothing is held back: then no event can make it good or worse. */
  get isQuiet(): boolean {
    return this.chances.size === 0;
  }

  /** The hooks of a rule that only watches such grants; it adds those for its calls. */
  hooks(): RuleHooks {
    const { chances } = this;
    const isQuiet = (): boolean => this.isQuiet;
    const uses: RuleHooks = {
      dma(page) {
        if (chances.size > 0 && !page.flush) chances.fails(page.domain, page.gfn, "a DMA uses the page");
      },
      grant(domain, _ref, dom, gfn) {
        if (chances.size > 0 && dom >= 0) chances.fails(domain, gfn, "a grant entry names the page");
      },
    };
    return {
      ...(this.usesCount ? uses : {}),
      straight: { passes: { unmapCall: isQuiet, grantGone: isQuiet, dmaPage: isQuiet } },
      changes: { from: [FrameKind.grant] },
      change(change) {
        if (chances.size === 0) return;
        if (isOwnUnmap(change)) chances.madeGood(change.domain, change.gfn);
        else if (change.kind !== FrameKind.grant || change.aux !== change.oldAux)
          chances.fails(change.domain, change.gfn, `${change.call?.name ?? "a call"} covers the mapping`);
      },
      domain: (domid, what) => chances.changed(domid, what),
      forgotten: (domain) => chances.forgotten(domain),
      end: () => chances.end(),
    };
  }
}
