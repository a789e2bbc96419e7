import { printable } from "@xgt/findings";
import { DmaDirection } from "@xgt/hypercall-log";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { DomainModel } from "../model/domain-model.ts";
import { FrameKind } from "../model/frame-kinds.ts";
import { shortText } from "../model/short-text.ts";
import { type StoryItem, storyOf } from "../model/story.ts";
import { counted, frameText, timeText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";
import type { PageState } from "../state/page-state.ts";
import { FrameLink } from "./frame-link.tsx";
import { KindChip } from "./swatch.tsx";

/** Lines on either side of the chosen one that are listed; of longer stories the rest is counted. */
const LINES_AROUND = 150;
/** Right DMAs in a row from which on they are folded into one line. */
const FOLDED_FROM = 3;

interface ListProps {
  readonly page: PageController;
  readonly state: PageState;
  readonly domain: DomainModel;
  readonly theme: string;
}

/** One line of the list: an item, or several that are alike. */
interface Line {
  readonly item: StoryItem;
  readonly last: StoryItem;
  readonly count: number;
}

/** Everything that touched the chosen frame, in order. */
export function StoryList(props: ListProps) {
  const { page, state, domain } = props;
  const { gfn, event } = state;
  const box = useRef<HTMLElement>(null);
  const story = useMemo(() => storyOf(domain, gfn), [domain, gfn]);
  const lines = folded(story, event);
  const at = Math.max(
    0,
    lines.findIndex(({ last }) => last.event >= event),
  );
  const [from, to] = [Math.max(0, at - LINES_AROUND), Math.min(lines.length, at + LINES_AROUND)];
  useEffect(() => {
    const current = box.current?.querySelector<HTMLElement>("[aria-current=true]");
    if (box.current && current)
      box.current.scrollTop = Math.max(0, current.offsetTop - box.current.clientHeight * 0.45);
  }, [gfn, event]);
  const spans = story.flatMap(({ findings }) =>
    findings
      .filter(({ severity, since }) => severity === "error" && since >= 0)
      .map(({ since, at: end }) => ({ since, end })),
  );
  const isInSpan = (one: number) => spans.some(({ since, end }) => one >= since && one <= end);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="tlbox" ref={box} tabIndex={0} aria-label="events of this frame">
      <ol class="tl">
        {from > 0 && <li class="mk">{`${counted(from, "line")} before`}</li>}
        {lines.slice(from, to).map((line, index) => (
          <Entry
            key={`${line.item.event} ${line.item.what} ${line.item.row}`}
            {...props}
            line={line}
            before={lines[from + index - 1]}
            isInSpan={isInSpan(line.item.event)}
          />
        ))}
        {to < lines.length && <li class="mk">{`${counted(lines.length - to, "line")} after`}</li>}
        {story.length === 0 && (
          <li class="mk">{`Nothing in ${page.run.events === 0 ? "the log" : "this run"} touched it.`}</li>
        )}
      </ol>
    </section>
  );
}

/** Right DMAs in a row as one line, but for the chosen one. */
function folded(story: readonly StoryItem[], chosen: number): Line[] {
  const lines: Line[] = [];
  const folds = ({ what, findings, isWrong, event }: StoryItem) =>
    (what === "transfer" || what === "landed") && findings.length === 0 && !isWrong && event !== chosen;
  for (let i = 0; i < story.length; ) {
    let end = i + 1;
    if (folds(story[i]))
      while (end < story.length && folds(story[end]) && story[end].what === story[i].what) end++;
    if (end - i >= FOLDED_FROM) lines.push({ item: story[i], last: story[end - 1], count: end - i });
    else for (let k = i; k < end; k++) lines.push({ item: story[k], last: story[k], count: 1 });
    i = end;
  }
  return lines;
}

function Entry(props: ListProps & { line: Line; before: Line | undefined; isInSpan: boolean }) {
  const { page, state, domain, line, before, isInSpan } = props;
  const { item, count } = line;
  const { run } = domain;
  const mark = run.markBefore(item.event);
  const isNewMark =
    mark !== null && mark !== (before === undefined ? null : run.markBefore(before.last.event));
  const isBad = item.isWrong || item.findings.some(({ severity }) => severity === "error");
  const rail = [
    "rail",
    item.what === "change" ? "chg" : "",
    isBad ? "bad" : "",
    isInSpan ? "wrongspan" : "",
  ].join(" ");
  return (
    <>
      {isNewMark && <li class="mk">{mark.text}</li>}
      <li aria-current={item.event === state.event && count === 1}>
        <span class="e m">{`#${run.number(item.event)}`}</span>
        <span class={rail}>
          <i />
        </span>
        <div class="line">
          <button
            type="button"
            class="b"
            title={run.text(item.event)}
            onClick={() => page.select(state.gfn, item.event)}
          >
            {count > 1 ? <Folded domain={domain} line={line} /> : <What {...props} item={item} />}
            <span class="who">
              {[...whoOf(domain, item, state.gfn), timeText(run.time(item.event))].join(" · ")}
            </span>
            {item.findings.map((finding) => (
              <span class={`fi ${finding.severity}`} key={finding.index}>
                <span class="m">{finding.rule}</span>
                {printable(shortText(finding))}
              </span>
            ))}
          </button>
          <Elsewhere page={page} domain={domain} item={item} gfn={state.gfn} />
        </div>
      </li>
    </>
  );
}

function Folded({ domain, line: { item, last, count } }: { domain: DomainModel; line: Line }) {
  const where = item.what === "transfer" ? "of this gfn at the right frame" : "at this frame for other gfns";
  return (
    <span>{`${count} DMAs ${where} (#${domain.run.number(item.event)} to #${domain.run.number(last.event)})`}</span>
  );
}

/** What happened, in words. */
function What({ domain, item, state: { gfn }, theme }: ListProps & { item: StoryItem }) {
  const { run } = domain;
  const { changes, entries, dma } = run.tables;
  const { row, what } = item;
  switch (what) {
    case "change": {
      const mfn = changes.mfn[row] < 0 ? -1 : changes.mfn[row] + gfn - changes.gfn[row];
      const more = mfn >= 0 && changes.to[row] === FrameKind.grant ? frameText(mfn) : undefined;
      return (
        <span>
          <span class="m">{run.what(item.event)}</span>{" "}
          <span class="ba">
            <KindChip kind={domain.shownKind(changes.from[row], gfn)} theme={theme} />→
            <KindChip
              kind={domain.shownKind(changes.to[row], gfn)}
              theme={theme}
              {...(more !== undefined && { more })}
            />
          </span>
        </span>
      );
    }
    case "entry":
      return (
        <span>
          {entries.mfn[row] < 0
            ? "guest erases its entry"
            : `guest notes ${frameText(gfn)} → ${frameText(entries.mfn[row] + gfn - entries.gfn[row])}`}
        </span>
      );
    case "transfer":
      return (
        <span>
          {`${deviceDoes(dma.direction[row])} `}
          <span class="m">
            {dma.bus[row] < 0 ? "a frame that is not recorded" : frameText(dma.bus[row] + gfn - dma.gfn[row])}
          </span>
          {!item.isWrong && <span class="okk"> nothing wrong found</span>}
        </span>
      );
    case "landed":
      return (
        <span>{`${deviceDoes(dma.direction[row])} this frame for gfn ${dma.gfn[row] < 0 ? "not recorded" : frameText(dma.gfn[row] + gfn - dma.bus[row])}`}</span>
      );
    case "mapped":
      return (
        <span>{`this frame is mapped at gfn ${frameText(changes.gfn[row] + gfn - changes.mfn[row])}${changes.domid[row] === domain.domid ? "" : ` of domain ${changes.domid[row]}`}`}</span>
      );
    case "missed": {
      const { gfn: other, bus } = run.findings[row];
      return (
        <span>{`the device should have used this frame for gfn ${frameText(other ?? 0)}; it used ${frameText(bus ?? 0)}`}</span>
      );
    }
    default:
      return <span>no change to this frame</span>;
  }
}

function deviceDoes(direction: number): string {
  if (direction === DmaDirection.toDevice) return "▲ device reads";
  return direction === DmaDirection.fromDevice ? "▼ device writes" : "▲▼ device uses";
}

/** The way to the frame that a line is about besides. */
function Elsewhere({
  page,
  domain,
  item,
  gfn,
}: {
  page: PageController;
  domain: DomainModel;
  item: StoryItem;
  gfn: number;
}) {
  const { changes, dma } = domain.run.tables;
  const { row, what, event } = item;
  let other = -1;
  if (what === "mapped" && changes.domid[row] === domain.domid)
    other = changes.gfn[row] + gfn - changes.mfn[row];
  if (what === "landed" && dma.gfn[row] >= 0) other = dma.gfn[row] + gfn - dma.bus[row];
  if (what === "missed") other = domain.run.findings[row].gfn ?? -1;
  if (other < 0) return null;
  return (
    <span class="else">
      {"go to "}
      <FrameLink page={page} frame={other} event={event} />
    </span>
  );
}

function whoOf(domain: DomainModel, { event, what, row }: StoryItem, gfn: number): string[] {
  const { run } = domain;
  const { dma, changes } = run.tables;
  const words = [run.task(event) ?? ""];
  if (what === "transfer" || what === "landed") words.push(run.name(dma.device[row]) ?? "");
  if (what === "change" && changes.ref[row] >= 0) {
    const step = gfn - changes.gfn[row];
    words.push(
      `ref ${changes.ref[row] + step}${changes.handle[row] < 0 ? "" : `, handle ${changes.handle[row] + step}`}`,
    );
  }
  return words.filter((word) => word !== "");
}
