import { printable } from "@xgt/findings";
import { useState } from "preact/hooks";
import type { DomainModel } from "../model/domain-model.ts";
import { momentOf } from "../model/moment.ts";
import type { ModelFinding } from "../model/run-model.ts";
import { findingsOf } from "../model/story.ts";
import { counted, durationText, frameText, sentence, timeText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";
import type { PageState } from "../state/page-state.ts";
import { FrameLink } from "./frame-link.tsx";
import { RunSummary } from "./run-summary.tsx";
import { StoryList } from "./story-list.tsx";
import { ThreeViews } from "./three-views.tsx";

/** The story of the chosen frame: what it is at the chosen event, and everything that touched it. */
export function StoryPanel({
  title = "story of one frame",
  page,
  state,
  theme,
}: {
  /** What the story is called where there are two. */
  title?: string;
  page: PageController;
  state: PageState;
  theme: string;
}) {
  const { domain, run } = page;
  const { gfn, event } = state;
  if (gfn < 0) return <NoFrame title={title} page={page} event={event} />;
  const found = findingsOf(domain, gfn, event);
  const when =
    event < 0 ? "Before the first event" : `At event ${run.number(event)}, ${timeText(run.time(event))}`;
  return (
    <section class="story" aria-label={title}>
      <div class="pad">
        <div class="top">
          <h3>
            frame <span class="m big">{frameText(gfn)}</span>
          </h3>
          {page.side !== "" && <span class={`tag ${page.side}`}>{page.side}</span>}
          <span class="where">{`${domain.placeOf(gfn)} · domain ${domain.domid}, ${domain.head.mode}`}</span>
        </div>
        {found.length > 0 && <FindingVerdict page={page} finding={found[0]} />}
        <h2>{when}</h2>
        <ThreeViews page={page} domain={domain} gfn={gfn} event={event} theme={theme} />
        <h2>Everything that touched it</h2>
      </div>
      <StoryList page={page} state={state} domain={domain} theme={theme} />
      <Foot page={page} domain={domain} gfn={gfn} event={event} finding={found[0]} />
      <Spoken domain={domain} gfn={gfn} event={event} />
    </section>
  );
}

function NoFrame({ title, page, event }: { title: string; page: PageController; event: number }) {
  const { run } = page;
  const hasFindings = run.findings.some(({ severity }) => severity !== "info");
  return (
    <section class="story" aria-label={title}>
      <div class="empty">
        <h3>{page.side === "" ? "No frame chosen" : `No frame chosen (${page.side})`}</h3>
        <p>
          {hasFindings
            ? "Choose a finding on the left or a row of the map. The key n goes to the next finding."
            : "Choose a row of the map to read one frame's story: every call, guest entry and DMA that touched it."}
        </p>
        {event >= 0 && (
          <p>
            <b>{`Event ${run.number(event)}`}</b>, {timeText(run.time(event))}:{" "}
            <span class="m">{run.text(event)}</span>
          </p>
        )}
        <RunSummary page={page} />
      </div>
    </section>
  );
}

function FindingVerdict({ page, finding }: { page: PageController; finding: ModelFinding }) {
  const { run } = page;
  const {
    severity,
    message,
    bus,
    expected,
    since,
    at,
    certain,
    uncertainBecause,
    fix,
    occurrences,
    lastEvent,
    gfn,
  } = finding;
  const task = since < 0 ? null : run.task(since);
  const apart = since < 0 ? Number.NaN : run.time(at) - run.time(since);
  return (
    <div class={`verdict ${severity}`}>
      <p>
        <b>{printable(sentence(message))}</b>
      </p>
      {bus !== null && (
        <p>
          {"The device used frame "}
          <FrameLink page={page} frame={bus} />
          {". "}
          {expected === null ? (
            "No frame belongs to this gfn at that moment, so there is none that it should have used."
          ) : (
            <>
              {"It should have used "}
              <b>
                <FrameLink page={page} frame={expected} />
              </b>
              .
            </>
          )}
        </p>
      )}
      {since >= 0 && (
        <p>
          {"Wrong since "}
          <button
            type="button"
            class="lk m cause"
            title="go to the cause (c)"
            onClick={() => page.select(gfn ?? -1, since)}
          >
            {`event ${run.number(since)}`}
          </button>
          {`: ${run.what(since)}${task === null ? "" : ` by ${task}`}${Number.isNaN(apart) ? "." : `, ${durationText(apart)} before.`}`}
        </p>
      )}
      {occurrences > 1 && lastEvent !== null && (
        <p>{`The same was found ${counted(occurrences, "time")}, the last time at event ${lastEvent}.`}</p>
      )}
      {!certain && (
        <p>
          {"Not certain: what the log does not hold could change this"}
          {uncertainBecause.length > 0 ? ` (${uncertainBecause.join(", ")}).` : "."}
        </p>
      )}
      {fix !== null && (
        <p>
          <b>Fix: </b>
          {printable(fix)}
        </p>
      )}
    </div>
  );
}

function Foot(props: {
  page: PageController;
  domain: DomainModel;
  gfn: number;
  event: number;
  finding: ModelFinding | undefined;
}) {
  const { page, gfn, event, finding } = props;
  const { run } = page;
  const place = event < 0 ? null : run.place(event);
  const rule = finding === undefined ? undefined : run.head.rules[finding.rule];
  return (
    <div class="pad foot">
      <dl class="kv">
        {finding !== undefined && (
          <>
            <dt>Rule</dt>
            <dd>
              <details>
                <summary>
                  {`${finding.rule} ${finding.name}`}
                  {finding.also.length > 0 && <span class="dim">{` (also ${finding.also.join(", ")})`}</span>}
                </summary>
                {rule !== undefined && (
                  <>
                    <p>{`${rule.what} ${rule.why}`}</p>
                    <p class="m">{rule.source}</p>
                  </>
                )}
              </details>
            </dd>
          </>
        )}
        {event >= 0 && (
          <>
            <dt>Call</dt>
            <dd class="m call">{run.text(event)}</dd>
            {place !== null && (
              <>
                <dt>Log</dt>
                <dd class="m">{place}</dd>
              </>
            )}
          </>
        )}
      </dl>
      {run.head.command !== null && (
        <CommandLine text={`${run.head.command} --events --gfn ${frameText(gfn)}`} />
      )}
    </div>
  );
}

function CommandLine({ text }: { text: string }) {
  const [copied, setCopied] = useState("");
  return (
    <div class="cmd">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="m cmdtext" tabIndex={0} aria-label="the same from the command line">
        {printable(text)}
      </section>
      <button
        type="button"
        class="ib noprint"
        onClick={() => {
          navigator.clipboard?.writeText(text);
          setCopied(text);
        }}
      >
        {copied === text ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

/** What a screen reader says when the choice moves. */
function Spoken({ domain, gfn, event }: { domain: DomainModel; gfn: number; event: number }) {
  const { mfn, deviceIsWrong } = momentOf(domain, gfn, event);
  const number = event < 0 ? "before the first event" : `event ${domain.run.number(event)}`;
  return (
    <div class="sr" role="status" aria-live="polite">
      {`frame ${frameText(gfn)}, ${number}${mfn >= 0 ? `: ${frameText(mfn)}` : ""}${deviceIsWrong ? ", wrong DMA" : ""}`}
    </div>
  );
}
