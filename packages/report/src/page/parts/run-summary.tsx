import { printable } from "@xgt/findings";
import { EventSort } from "../../columns/table-shapes.ts";
import type { RunModel } from "../model/run-model.ts";
import { counted, numberText, timeText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";

const CALLS_SHOWN = 12;

/** What was replayed. */
export function RunSummary({ page }: { page: PageController }) {
  const { run, domain } = page;
  const { head } = run;
  const frames = Object.entries(domain.head.frames).filter(([, count]) => count > 0);
  const build = head.build === null ? "" : ` (${printable(head.build)})`;
  return (
    <dl class="kv">
      <dt>Run</dt>
      <dd>{`${counted(head.events, "event")}, ${counted(head.operations, "operation")}`}</dd>
      <dt>Xen</dt>
      <dd>{head.xen === null ? "version not known" : `${printable(head.xen)}${build}`}</dd>
      {head.inputs.map(({ path, format, lost }) => (
        <>
          <dt>Log</dt>
          <dd>{`${printable(path)}: ${format}${lost > 0 ? `, ${counted(lost, "record")} lost` : ""}`}</dd>
        </>
      ))}
      <dt>At the end</dt>
      <dd>
        {frames.map(([kind, count]) => `${numberText(count)} ${kind}`).join(", ") || "nothing known"}
        {`; ${counted(domain.head.handlesLive, "grant handle")} live`}
      </dd>
      {run.events > 0 && (
        <>
          <dt>Time</dt>
          <dd>{`${timeText(run.time(0))} to ${timeText(run.time(run.events - 1))}`}</dd>
        </>
      )}
      <dt>Calls</dt>
      <dd>
        {callCounts(run).map(([name, count]) => (
          <div key={name}>
            <span class="m">{name}</span> {numberText(count)}
          </div>
        ))}
      </dd>
    </dl>
  );
}

const countsByRun = new WeakMap<RunModel, [string, number][]>();

function callCounts(run: RunModel): [string, number][] {
  let counts = countsByRun.get(run);
  if (counts === undefined) {
    const byName = new Map<number, number>();
    const { kind, name } = run.tables.events;
    for (let i = 0; i < kind.length; i++) {
      if (kind[i] === EventSort.call) byName.set(name[i], (byName.get(name[i]) ?? 0) + 1);
    }
    const sorted = [...byName].sort((a, b) => b[1] - a[1]).slice(0, CALLS_SHOWN);
    counts = sorted.map(([index, count]) => [run.name(index) ?? "a call", count]);
    countsByRun.set(run, counts);
  }
  return counts;
}
