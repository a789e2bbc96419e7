import { printable, type Severity, severities } from "@xgt/findings";
import { useEffect, useRef, useState } from "preact/hooks";
import type { FindingGroup } from "../model/finding-groups.ts";
import type { ModelFinding, RunModel } from "../model/run-model.ts";
import { shortText } from "../model/short-text.ts";
import { counted, framesText, frameText, numberText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";
import type { PageState } from "../state/page-state.ts";
import { Glyph } from "./glyph.tsx";
import { NotChecked } from "./not-checked.tsx";
import { Segments } from "./segments.tsx";

/** Cards shown at first, and more at a time. */
const CARDS = 100;
/** Names that a filter lists. */
const NAMES_MAX = 200;

/** Findings as cards, filters above them, what was not checked below. */
export function FindingsPanel({ page, state }: { page: PageController; state: PageState }) {
  const { run } = page;
  const list = useRef<HTMLElement>(null);
  const [cards, setCards] = useState(CARDS);
  const groups = page.groups;
  useEffect(() => {
    const chosen = list.current?.querySelector(".f[aria-current=true]");
    const card = chosen?.closest("article");
    if (card !== null && card !== undefined && card.clientHeight < (list.current?.clientHeight ?? 0))
      card.scrollIntoView({ block: "nearest" });
    chosen?.scrollIntoView({ block: "nearest" });
  }, [state.gfn, state.event]);
  return (
    <section class="left" aria-label="findings">
      <div class="bar">
        <h2>Findings</h2>
        <span class="grow" />
        <SeverityButtons page={page} state={state} />
        <Segments
          label="group findings by"
          value={state.by}
          choices={[
            { value: "frame", text: "by frame", hint: "one card for each frame" },
            { value: "rule", text: "by rule", hint: "one card for each rule" },
          ]}
          onChoose={(by) => page.set({ by })}
        />
      </div>
      <Filters page={page} state={state} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="list" ref={list} tabIndex={0} aria-label="list of findings">
        {groups.slice(0, cards).map((group) => (
          <FindingCard key={group.key} page={page} state={state} group={group} />
        ))}
        {groups.length > cards && (
          <button type="button" class="ib more" onClick={() => setCards(cards + CARDS)}>
            {`${numberText(groups.length - cards)} more`}
          </button>
        )}
        {groups.length === 0 && <NothingListed run={run} />}
        {run.head.findingsLeftOut > 0 && (
          <p class="dim pad">{`${counted(run.head.findingsLeftOut, "further finding")} counted but not in this page: \`xgt replay\` lists them.`}</p>
        )}
      </section>
      <NotChecked page={page} state={state} />
    </section>
  );
}

export function SeverityButtons({ page, state }: { page: PageController; state: PageState }) {
  const { counts } = page.run.head;
  const toggle = (severity: Severity) =>
    page.set({ shown: { ...state.shown, [severity]: !state.shown[severity] } });
  return (
    <fieldset class="seg" id="sev" aria-label="severities shown">
      {severities.map((severity) => (
        <button
          type="button"
          key={severity}
          aria-pressed={state.shown[severity]}
          title={`show ${severityNames[severity]}`}
          onClick={() => toggle(severity)}
        >
          <span class="sev">
            <Glyph of={severity} />
            {numberText(counts[severity])}
            <span class="sr">{` ${severityNames[severity]}`}</span>
          </span>
        </button>
      ))}
    </fieldset>
  );
}

const severityNames: Readonly<Record<Severity, string>> = {
  error: "errors",
  warning: "warnings",
  info: "remarks",
};

function Filters({ page, state }: { page: PageController; state: PageState }) {
  const { run } = page;
  const { events, dma } = run.tables;
  const tasks = namesOf(run, events.task);
  const devices = namesOf(run, dma.device);
  if (tasks.length < 2 && devices.length === 0) return null;
  return (
    <div class="bar noprint">
      {tasks.length > 1 && (
        <select
          id="ftask"
          aria-label="task"
          value={state.task}
          onChange={(event) => page.set({ task: event.currentTarget.value })}
        >
          <option value="">every task</option>
          {tasks.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      {devices.length > 0 && (
        <select
          id="fdev"
          aria-label="device"
          value={state.device}
          onChange={(event) => page.set({ device: event.currentTarget.value })}
        >
          <option value="">every device</option>
          {devices.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

const namesByColumn = new WeakMap<object, string[]>();

/** Names that a column holds, those that are used most first. */
function namesOf(run: RunModel, column: ArrayLike<number> & object): string[] {
  let names = namesByColumn.get(column);
  if (names === undefined) {
    const counts = new Float64Array(run.head.strings.length);
    for (let i = 0; i < column.length; i++) if (column[i] >= 0) counts[column[i]]++;
    const used = [...counts.keys()].filter((index) => counts[index] > 0);
    names = used
      .sort((a, b) => counts[b] - counts[a])
      .slice(0, NAMES_MAX)
      .map((index) => run.name(index) ?? "");
    namesByColumn.set(column, names);
  }
  return names;
}

export function FindingCard({
  page,
  state,
  group,
}: {
  page: PageController;
  state: PageState;
  group: FindingGroup;
}) {
  const { list, head, key } = group;
  const isRule = state.by === "rule";
  const isChosen = !isRule && head.gfn !== null && state.gfn >= head.gfn && state.gfn < head.gfn + head.count;
  const mark = isRule || head.gfn === null ? null : page.run.markBefore(head.at);
  return (
    <article class={isChosen ? "card on" : "card"}>
      <button type="button" class="hd" onClick={() => page.pick(head)}>
        <CardName page={page} isRule={isRule} name={key} head={head} />
        <span class="n">{counted(list.length, "finding")}</span>
      </button>
      {mark !== null && <div class="step">{mark.text}</div>}
      {list.slice(0, CARDS).map((finding) => (
        <FindingLine key={finding.index} page={page} state={state} finding={finding} withFrame={isRule} />
      ))}
      {list.length > CARDS && <p class="dim pad">{`and ${numberText(list.length - CARDS)} more`}</p>}
    </article>
  );
}

function CardName(props: { page: PageController; isRule: boolean; name: string; head: ModelFinding }) {
  const { page, isRule, name, head } = props;
  if (isRule) {
    return (
      <>
        <span class="m">{name}</span>
        <span>{page.run.head.rules[name]?.name ?? head.name}</span>
      </>
    );
  }
  if (head.gfn === null) return <b>The whole run</b>;
  return (
    <>
      <span>frame </span>
      <span class="m">{framesText(head.gfn, head.count)}</span>
    </>
  );
}

function FindingLine(props: {
  page: PageController;
  state: PageState;
  finding: ModelFinding;
  withFrame: boolean;
}) {
  const { page, state, finding, withFrame } = props;
  const { severity, rule, event, gfn, place, certain, occurrences, change } = finding;
  const isChosen = state.event === finding.at && state.gfn === (gfn ?? -1);
  return (
    <button
      type="button"
      class="f"
      aria-current={isChosen}
      data-finding={finding.index}
      onClick={() => page.pick(finding)}
    >
      <Glyph of={severity} />
      <span class="w">
        <span class="sr">{`${severity}: `}</span>
        {change !== undefined && <span class={`tag ${change}`}>{change}</span>}
        {printable(shortText(finding))}
        <span class="meta">
          <span class="m">{rule}</span>
          {withFrame && gfn !== null && <span class="m">{frameText(gfn)}</span>}
          {event !== null && <span>{`#${event}`}</span>}
          {place !== null && <span>{printable(place)}</span>}
          {occurrences > 1 && <span>{`${numberText(occurrences)} times`}</span>}
          {!certain && <span>not certain</span>}
        </span>
      </span>
    </button>
  );
}

function NothingListed({ run }: { run: RunModel }) {
  const hasAny = run.findings.length > 0;
  return (
    <div class="empty">
      <h3>{hasAny ? "Nothing to list with these filters" : "No rule was broken"}</h3>
      <p>
        {hasAny
          ? "Turn a severity on above, or clear task and device."
          : "Read below what could not be checked before taking this for proof."}
      </p>
    </div>
  );
}
