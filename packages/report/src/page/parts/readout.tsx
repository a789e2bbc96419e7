import { printable } from "@xgt/findings";
import { eventAt } from "../../map/time-axis.ts";
import { foldText } from "../draw/paint-axis.ts";
import { cellContent } from "../draw/paint-cells.ts";
import { isDrawnAsCells } from "../draw/paint-map.ts";
import { GUTTER, HEAD } from "../draw/scene.ts";
import { kindNames } from "../model/frame-kinds.ts";
import { momentOf } from "../model/moment.ts";
import { shortText } from "../model/short-text.ts";
import { counted, framesText, frameText, timeText } from "../model/texts.ts";
import { type PointerAt, pointer } from "./pointer.ts";
import { useObserved } from "./use-observed.ts";

const TEXT_MAX = 120;

/** What is under the pointer, in a line above the map: it covers nothing. */
export function Readout() {
  const at = useObserved(pointer);
  return (
    <div class="readout">
      {at === null || at.y < 0 ? (
        <span class="dim">
          Wheel zooms time, Shift+wheel frames, drag pans, click chooses a frame, double click zooms to it
        </span>
      ) : (
        <Pointed at={at} />
      )}
    </div>
  );
}

function Pointed({ at }: { at: PointerAt }) {
  const { scene, x, y } = at;
  const { domain } = scene;
  const { run } = domain;
  const position = scene.positionAt(Math.max(x, GUTTER));
  const event = eventAt(scene.time, position);
  const spot = scene.hot.find((one) => Math.hypot(one.x - x, one.y - y) < 10);
  const mark = y < HEAD ? run.marks.findLast((one) => scene.xOf(one.event) <= x + 2) : undefined;
  const fold = foldText(scene, position);
  const text = event < 0 ? "" : run.text(event);
  return (
    <>
      <Frames at={at} event={event} />
      {x >= GUTTER && event >= 0 && (
        <>
          <span class="m">{`#${run.number(event)}`}</span>
          <span class="m dim">{timeText(run.time(event))}</span>
        </>
      )}
      {spot !== undefined && <span>{printable(`${spot.finding.rule}: ${shortText(spot.finding)}`)}</span>}
      {spot === undefined && mark !== undefined && <span>{mark.text}</span>}
      {spot === undefined && mark === undefined && x >= GUTTER && (
        <span class="dim">{fold ?? (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)}</span>
      )}
    </>
  );
}

/** The frames under the pointer and what they hold; where many fall into one cell, how many and of which kinds. */
function Frames({ at: { scene, x, y }, event }: { at: PointerAt; event: number }) {
  const { domain } = scene;
  if (isDrawnAsCells(scene) && y >= HEAD) {
    const { frames, kinds } = cellContent(scene, Math.max(x, GUTTER), y);
    if (frames === 0) return null;
    return <span>{`${counted(frames, "frame")}: ${kinds.map((kind) => kindNames[kind]).join(", ")}`}</span>;
  }
  const row = scene.rowAtPoint(y);
  if (row < 0) return null;
  const [gfn, count] = [domain.rows.gfn[row], domain.rows.count[row]];
  const { kind, mfn } = momentOf(domain, gfn, event);
  return (
    <>
      <span class="m">{framesText(gfn, count)}</span>
      <span>{`${kindNames[domain.shownKind(kind, gfn)]}${mfn >= 0 && mfn !== gfn ? ` ${frameText(mfn)}` : ""}`}</span>
    </>
  );
}
