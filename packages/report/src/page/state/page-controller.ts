import { heightOf } from "../../map/frame-axis.ts";
import { type FindingGroup, findingGroups } from "../model/finding-groups.ts";
import { isWrongDma } from "../model/moment.ts";
import type { ModelFinding, RunModel } from "../model/run-model.ts";
import type { SearchTarget } from "../model/search.ts";
import { findingsOf, storyOf } from "../model/story.ts";
import { fragmentOf, readFragment } from "./fragment.ts";
import { Observed, type PageState, type View } from "./page-state.ts";

const SAVE_MS = 120;
/** Room before the first step and after the last, as parts of the axis. */
const ROOM = 0.012;
const LEAD_IN = 0.7;
/** Rows that are seen where one is zoomed to. */
const ROWS_AROUND = 10;

/** What the page shows, and all that can be done with it. */
export class PageController {
  readonly run: RunModel;
  /** Which of two runs it is: "before" the change or "after" it; empty where there is one. */
  readonly side: "" | "before" | "after";
  readonly state: Observed<PageState>;
  readonly view: Observed<View>;
  /** The finding that was picked last: several may be about one frame at one event. */
  private picked: ModelFinding | undefined;
  private saving: ReturnType<typeof setTimeout> | undefined;

  /** `hasAddress`: what is chosen is kept in the page's address. */
  constructor(run: RunModel, hasAddress: boolean, side: PageController["side"] = "") {
    this.run = run;
    this.side = side;
    this.state = new Observed<PageState>(this.firstState());
    this.view = new Observed<View>({ x0: 0, x1: 1, y0: 0, y1: 1 });
    this.fit();
    if (!hasAddress) return;
    this.load();
    this.state.listen(() => this.save());
    this.view.listen(() => this.save());
  }

  get domain() {
    return this.run.domain(this.state.value.domid);
  }

  get timeAxis() {
    return this.domain.timeAxis(this.state.value.time);
  }

  get frameAxis() {
    return this.domain.frameAxis(this.state.value.frames);
  }

  get groups(): FindingGroup[] {
    return findingGroups(this.run, this.state.value);
  }

  set(change: Partial<PageState>): void {
    this.state.set({ ...this.state.value, ...change });
  }

  /** Chooses a frame and an event; what is not in sight is moved there. */
  select(gfn: number, event: number): void {
    this.set({ gfn, event });
    this.reveal();
  }

  /** Chooses a finding. */
  pick(finding: ModelFinding): void {
    this.picked = finding;
    const domid = finding.domid ?? this.state.value.domid;
    if (domid !== this.state.value.domid) this.chooseDomain(domid);
    if (finding.gfn === null) this.select(-1, finding.since >= 0 ? finding.since : finding.at);
    else this.select(finding.gfn, finding.at);
  }

  /** Chooses the finding `by` places further in the list. */
  step(by: number): void {
    const list = this.groups.flatMap((group) => group.list);
    if (list.length === 0) return;
    const { gfn, event } = this.state.value;
    const isHere = (one: ModelFinding) => (one.gfn ?? -1) === gfn && one.at === event;
    const at =
      this.picked !== undefined && isHere(this.picked) ? list.indexOf(this.picked) : list.findIndex(isHere);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : (at + by + list.length) % list.length;
    this.pick(list[next]);
  }

  /** Chooses the row `by` places further. */
  stepFrame(by: number): void {
    const { rows } = this.domain;
    if (rows.length === 0) return;
    const row = this.state.value.gfn < 0 ? -1 : this.domain.rowAt(this.state.value.gfn);
    const next = Math.max(0, Math.min(rows.length - 1, row + by));
    this.select(rows.gfn[next], this.nearestEvent(rows.gfn[next], this.state.value.event));
  }

  /** Chooses the event of the frame `by` places further. */
  stepEvent(by: number): void {
    const { gfn, event } = this.state.value;
    if (gfn < 0) return;
    const events = storyOf(this.domain, gfn).map((item) => item.event);
    const next = by > 0 ? events.find((one) => one > event) : events.findLast((one) => one < event);
    if (next !== undefined) this.select(gfn, next);
  }

  /** Goes to the cause of what was found at the choice. */
  toCause(): void {
    const { gfn, event } = this.state.value;
    const cause = findingsOf(this.domain, gfn, event).find(({ since }) => since >= 0);
    if (cause !== undefined) this.select(gfn, cause.since);
  }

  /** The last event of a frame that is not after another; its first where all are. */
  nearestEvent(gfn: number, event: number): number {
    const events = storyOf(this.domain, gfn).map((item) => item.event);
    return events.findLast((one) => one <= event) ?? events[0] ?? event;
  }

  /** The last event of a frame; -1: nothing touched it. */
  lastEvent(gfn: number): number {
    return gfn < 0 ? -1 : (storyOf(this.domain, gfn).at(-1)?.event ?? -1);
  }

  /** Follows a hit of a search. */
  go({ domid, gfn, event, task, device, notChecked, finding }: SearchTarget): void {
    if (finding !== undefined) {
      const found = this.run.findings[finding];
      this.set({ shown: { ...this.state.value.shown, [found.severity]: true } });
      this.pick(found);
    }
    if (task !== undefined) this.set({ task });
    if (device !== undefined) this.set({ device });
    if (notChecked === true) this.set({ notChecked: true });
    if (domid !== undefined && domid !== this.state.value.domid) this.chooseDomain(domid);
    if (event !== undefined) this.select(gfn ?? this.state.value.gfn, event);
  }

  chooseDomain(domid: number): void {
    this.set({ domid, gfn: -1 });
    this.fit();
  }

  chooseTime(time: PageState["time"]): void {
    this.set({ time });
    this.view.set({ ...this.view.value, ...this.wholeTime() });
    this.reveal();
  }

  chooseFrames(frames: PageState["frames"]): void {
    this.set({ frames });
    this.view.set({ ...this.view.value, y0: 0, y1: this.frameAxis.total });
    this.reveal();
  }

  /** Shows everything. */
  fit(): void {
    this.view.set({ ...this.wholeTime(), y0: 0, y1: this.frameAxis.total });
  }

  /** Zooms to the chosen frame and all that touched it. */
  focus(): void {
    const { gfn } = this.state.value;
    const events = gfn < 0 ? [] : storyOf(this.domain, gfn).map((item) => item.event);
    if (events.length === 0) return;
    const { position, total } = this.timeAxis;
    const [first, last] = [position[events[0]], position[events[events.length - 1]]];
    const room = Math.max((last - first) * 0.08, total * 0.002);
    const { y0, y1 } = this.heightsAround(gfn);
    this.view.set({ x0: first - room, x1: last + room, y0, y1 });
  }

  /** Zooms by a factor around a place, as part of what is seen. */
  zoom(axis: "time" | "frames", factor: number, at: number): void {
    const { x0, x1, y0, y1 } = this.view.value;
    if (axis === "time") {
      const { total, kind } = this.timeAxis;
      const least = kind === "steps" ? 3 : 1e-6;
      const size = Math.min(total * 1.4, Math.max(least, (x1 - x0) * factor));
      const middle = x0 + at * (x1 - x0);
      this.view.set({ x0: middle - at * size, x1: middle + (1 - at) * size, y0, y1 });
      return;
    }
    const { total, kind } = this.frameAxis;
    const size = Math.min(
      total,
      Math.max(kind === "changed" ? Math.min(2, total) : 1e-7, (y1 - y0) * factor),
    );
    const top = Math.max(0, Math.min(total - size, y0 + at * (y1 - y0) - at * size));
    this.view.set({ x0, x1, y0: top, y1: top + size });
  }

  /** Moves what is seen by parts of it. */
  pan(byTime: number, byFrames: number): void {
    const { x0, x1, y0, y1 } = this.view.value;
    const height = y1 - y0;
    const top = Math.max(0, Math.min(this.frameAxis.total - height, y0 + byFrames * height));
    const shift = byTime * (x1 - x0);
    this.view.set({ x0: x0 + shift, x1: x1 + shift, y0: top, y1: top + height });
  }

  /** Reads the page's address. */
  load(): void {
    const { state, event, view } = readFragment(location.hash);
    const { run } = this;
    const { domid } = state;
    const known = domid !== undefined && run.head.domains.some((domain) => domain.domid === domid);
    this.set({
      ...state,
      domid: known ? domid : this.state.value.domid,
      ...(event !== null && { event: Math.max(-1, run.exactRowOf(event)) }),
    });
    this.fit();
    if (view === null) return;
    const [width, height] = [this.timeAxis.total, this.frameAxis.total];
    this.view.set({ x0: view.x0 * width, x1: view.x1 * width, y0: view.y0 * height, y1: view.y1 * height });
  }

  private firstState(): PageState {
    const { run } = this;
    const { findings, head } = run;
    const grave = findings.find(isWrongDma) ?? findings.find(({ severity }) => severity === "error");
    const active = head.domains.find(({ domid }) => run.domain(domid).rows.length > 0) ?? head.domains[0];
    return {
      domid: grave?.domid ?? active?.domid ?? 0,
      gfn: grave?.gfn ?? -1,
      event: grave?.at ?? -1,
      time: "steps",
      frames: "changed",
      shown: { error: true, warning: true, info: !findings.some(({ severity }) => severity !== "info") },
      ...{ by: "frame", task: "", device: "", query: "", theme: "" },
      notChecked: head.dmaVerdict === "absent",
    };
  }

  private wholeTime(): Pick<View, "x0" | "x1"> {
    const { total, kind } = this.timeAxis;
    const lead = kind === "steps" ? Math.min(LEAD_IN, total * 0.06) : 0;
    return { x0: -Math.max(total * ROOM, lead), x1: total * (1 + ROOM) };
  }

  private heightsAround(gfn: number): Pick<View, "y0" | "y1"> {
    const { total, kind } = this.frameAxis;
    const size = Math.min(total, kind === "changed" ? ROWS_AROUND : total / 40);
    const at = heightOf(this.frameAxis, this.domain.rows, gfn) ?? 0;
    const y0 = Math.max(0, Math.min(total - size, at - size / 2));
    return { y0, y1: y0 + size };
  }

  /** Moves the choice into sight. */
  private reveal(): void {
    const { gfn, event } = this.state.value;
    let { x0, x1, y0, y1 } = this.view.value;
    const position = event < 0 ? undefined : this.timeAxis.position[event];
    const width = x1 - x0;
    if (position !== undefined && (position < x0 + width * 0.03 || position > x1 - width * 0.03)) {
      x0 = position - width / 2;
      x1 = x0 + width;
    }
    const at = gfn < 0 ? null : heightOf(this.frameAxis, this.domain.rows, gfn);
    const height = y1 - y0;
    if (at !== null && (at < y0 || at > y1 - height * 0.02)) {
      y0 = Math.max(0, Math.min(this.frameAxis.total - height, at - height / 2));
      y1 = y0 + height;
    }
    this.view.set({ x0, x1, y0, y1 });
  }

  /** Writes the address, once nothing has changed for a while. */
  private save(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => {
      const state = this.state.value;
      const { x0, x1, y0, y1 } = this.view.value;
      const [width, height] = [this.timeAxis.total, this.frameAxis.total];
      const number = state.event < 0 ? null : this.run.number(state.event);
      const parts = { x0: x0 / width, x1: x1 / width, y0: y0 / height, y1: y1 / height };
      history.replaceState(null, "", `#${fragmentOf(state, number, parts)}`);
    }, SAVE_MS);
  }
}
