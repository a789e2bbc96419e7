import type { DomainModel } from "../model/domain-model.ts";
import { FrameKind, kindHints, kindNames, kindOrder } from "../model/frame-kinds.ts";
import type { PageController } from "../state/page-controller.ts";
import { Glyph } from "./glyph.tsx";
import { Swatch } from "./swatch.tsx";

/** What the map's patterns and signs mean: only those that are met. */
export function Legend({ page, theme, domid }: { page: PageController; theme: string; domid: number }) {
  const { run } = page;
  const kinds = kindsOf(run.domain(domid));
  return (
    <ul class="legend" aria-label="legend">
      {kindOrder
        .filter((kind) => kinds.has(kind))
        .map((kind) => (
          <li key={kind} title={kindHints[kind]}>
            <Swatch kind={kind} theme={theme} />
            {kindNames[kind]}
          </li>
        ))}
      {run.head.hasDma && (
        <>
          <li>
            <b>▲</b>device reads
          </li>
          <li>
            <b>▼</b>device writes
          </li>
        </>
      )}
      {run.head.counts.error > 0 && (
        <>
          <li>
            <i class="redbar" />
            wrong
          </li>
          <li>
            <Glyph of="error" />
            error
          </li>
        </>
      )}
      {run.head.counts.warning > 0 && (
        <li>
          <Glyph of="warning" />
          warning
        </li>
      )}
    </ul>
  );
}

const kindsByDomain = new WeakMap<DomainModel, Set<number>>();

function kindsOf(domain: DomainModel): Set<number> {
  let kinds = kindsByDomain.get(domain);
  if (kinds === undefined) {
    kinds = new Set<number>([FrameKind.own]);
    const { changes } = domain.run.tables;
    for (let i = 0; i < changes.event.length; i++) {
      if (changes.domid[i] !== domain.domid) continue;
      for (const kind of [changes.from[i], changes.to[i]]) kinds.add(domain.shownKind(kind, changes.gfn[i]));
    }
    kindsByDomain.set(domain, kinds);
  }
  return kinds;
}
