import { printable } from "@xgt/findings";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { PlanHead, PlanItem } from "../../head/plan-head.ts";
import { planVerdictOf } from "../model/plan-verdict.ts";
import { Observed, type PageState } from "../state/page-state.ts";
import { Glyph } from "./glyph.tsx";
import { PageHeader } from "./page-header.tsx";
import { PlanMap } from "./plan-map.tsx";
import { useTheme } from "./use-theme.ts";

/** The page of a layout: why, the address spaces side by side, and what the chosen thing is. */
export function PlanApp({ head }: { head: PlanHead }) {
  const [chosen, setChosen] = useState(head.links[0]?.to ?? -1);
  const [query, setQuery] = useState("");
  const theme = useMemo(() => {
    const state = new Observed<Pick<PageState, "theme">>({ theme: "" });
    return { state, set: (change: Pick<PageState, "theme">) => state.set(change) };
  }, []);
  const { change } = useTheme(theme);
  const found = matches(head.items, query);
  useEffect(() => {
    document.documentElement.dataset.ready = "1";
  }, []);
  return (
    <>
      <PageHeader verdict={planVerdictOf(head)} about={[`Xen ${head.xen}`, printable(head.subject)]}>
        <search class="search">
          <input
            type="text"
            aria-label="Search name or address"
            placeholder="name or address"
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && found.length > 0) setChosen(found[0]);
            }}
          />
        </search>
        <button type="button" class="ib" aria-label="dark or light" title="dark or light" onClick={change}>
          ◐
        </button>
      </PageHeader>
      <main>
        <Reasons head={head} />
        <section class="map" aria-label="address spaces">
          <div class="bar">
            <h2>Address spaces</h2>
            <span class="dim">highest address at the top; a straight line: guest address = host address</span>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
          <section class="planbox" tabIndex={0} aria-label="host and domains">
            <PlanMap
              head={head}
              chosen={chosen}
              found={query.trim() === "" ? [] : found}
              onChoose={setChosen}
            />
          </section>
        </section>
        <Chosen head={head} chosen={chosen} onChoose={setChosen} />
      </main>
    </>
  );
}

/** Items whose name or address holds a text, or that hold the address that the text is. */
function matches(items: readonly PlanItem[], query: string): number[] {
  const text = query.trim().toLowerCase();
  if (text === "") return [];
  const address = /^0x[0-9a-f]{1,16}$/.test(text) ? BigInt(text) : null;
  return items.flatMap(({ text: name, start, last }, index) => {
    const holds = address !== null && BigInt(start) <= address && address <= BigInt(last);
    return holds || `${name} ${start}`.toLowerCase().includes(text) ? [index] : [];
  });
}

function Reasons({ head }: { head: PlanHead }) {
  return (
    <section class="left" aria-label="reasons">
      <div class="bar">
        <h2>{head.conflict.length > 0 ? "What excludes each other" : "Findings and reasons"}</h2>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="list" tabIndex={0} aria-label="list of reasons">
        {head.conflict.map((text) => (
          <p class="reason" key={text}>
            <Glyph of="error" /> {printable(text)}
          </p>
        ))}
        {head.findings.map(({ rule, severity, message }) => (
          <p class="reason" key={`${rule} ${message}`}>
            <Glyph of={severity} />
            <span>
              <span class="sr">{`${severity}: `}</span>
              <span class="m">{rule}</span> {printable(message)}
            </span>
          </p>
        ))}
        {head.warnings.map((text) => (
          <p class="reason" key={text}>
            <Glyph of="warning" /> <span>{printable(text)}</span>
          </p>
        ))}
        {head.reasons.map((text) => (
          <p class="reason plain" key={text}>
            {printable(text)}
          </p>
        ))}
      </section>
    </section>
  );
}

function Chosen({
  head,
  chosen,
  onChoose,
}: {
  head: PlanHead;
  chosen: number;
  onChoose: (item: number) => void;
}) {
  const item = head.items[chosen];
  const links = head.links.filter(({ from, to }) => from === chosen || to === chosen);
  return (
    <section class="story" aria-label="the chosen range">
      {item === undefined ? (
        <div class="empty">
          <h3>Nothing chosen</h3>
          <p>Choose a range of the picture.</p>
        </div>
      ) : (
        <div class="pad">
          <div class="top">
            <h3>{printable(item.text)}</h3>
            <span class="where">{printable(head.columns[item.column])}</span>
          </div>
          <dl class="kv">
            <dt>From</dt>
            <dd class="m">{item.start}</dd>
            <dt>To</dt>
            <dd class="m">{item.last}</dd>
            <dt>Size</dt>
            <dd>{item.size}</dd>
          </dl>
        </div>
      )}
      <div class="pad">
        <h2>{links.length > 0 ? "Behind it" : "All ranges"}</h2>
        {(links.length > 0 ? links : head.links).map((link) => (
          <div class="tri link" key={`${link.domain} ${link.text} ${link.guest}`}>
            <button type="button" class={link.isSame ? "v" : "v bad"} onClick={() => onChoose(link.to)}>
              <span class="t">{printable(`guest address, ${link.domain}`)}</span>
              <span class="val">{link.guest}</span>
              <span class="s">{printable(link.text)}</span>
            </button>
            <div
              class={link.isSame ? "eq" : "eq bad"}
              role="img"
              aria-label={link.isSame ? "the same" : "differs"}
            >
              {link.isSame ? "=" : "≠"}
            </div>
            <button type="button" class="v" onClick={() => onChoose(link.from)}>
              <span class="t">host address</span>
              <span class="val">{link.host ?? "Xen chooses"}</span>
              <span class="s">{link.isSame ? "1:1" : "not 1:1"}</span>
            </button>
          </div>
        ))}
      </div>
    </section>
  );
}
