import { dmaRules, EXPLAINED, EXPLANATION } from "../rules/dma-rules.ts";
import { dmaWrongFrame } from "../rules/guest/dma-wrong-frame.ts";
import { type DmaRule, DmaVerdict } from "../rules/kinds/dma-rule.ts";
import type { Report, RuleHost } from "../rules/kinds/rule.ts";
import type { DmaPage } from "../state/dma-page.ts";
import { FrameKind } from "../state/frame-kind.ts";
import type { DmaOffsets } from "./dma-offsets.ts";

/**
 * One DMA page, one error: reports the first DMA rule that a page breaks and names the others with it.
 * @param duringCall event of the hypercall that changed the page while it was mapped; 0: the DMA's own event.
 */
export function reportDmaPage(page: DmaPage, host: RuleHost, duringCall: number, offsets: DmaOffsets): void {
  let first: DmaRule | undefined;
  let open: DmaRule | undefined;
  const also: string[] = [];
  for (const rule of dmaRules) {
    const verdict = rule.judge(page, host);
    if (verdict === DmaVerdict.broken) {
      if (first === undefined) first = rule;
      else also.push(rule.id);
    } else if (verdict === DmaVerdict.open) open ??= rule;
  }
  if (first === undefined) {
    offsets.right(page);
    if (open !== undefined) offsets.perhaps(page);
    if (open !== undefined)
      host.indeterminate(open, "a DMA used a page whose state before the log is not known");
    else if (page.kind === FrameKind.unknown) if (!page.flush) indeterminateUnknown(host);
    return;
  }
  if (EXPLAINED.includes(first.id)) also.push(EXPLANATION);
  const cause = first.cause(page);
  const expected = expectedMfn(page);
  const report: Report = {
    domain: page.domain,
    gfn: page.gfn,
    message:
      duringCall === 0
        ? first.describe(page, host)
        : `${first.describe(page, host)}: the page was changed while the DMA of event ${page.event} was mapped`,
    busMfn: page.busMfn,
    expectedMfn: expected,
    causeEvent: duringCall === 0 ? cause : page.event,
    also,
    certain: !page.assumed,
  };
  // A wrong frame may be the right one as the device counts: the next DMAs tell.
  if (duringCall === 0 && first === dmaWrongFrame && offsets.holds(page, report)) return;
  host.report(first, report);
}

function expectedMfn(page: DmaPage): number {
  return page.kind === FrameKind.hole || page.flush ? Number.NaN : page.mfn;
}

/** Nothing is known of the gfns of so many pages: none of the rules can speak; the first stands for them. */
export function indeterminateUnknown(host: RuleHost, pages = 1): void {
  host.indeterminate(dmaRules[0], "a DMA used a gfn that nothing is known of", pages);
}
