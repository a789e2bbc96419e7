export type { HeadComparison } from "./head/page-head.ts";
export type { PlanHead, PlanItem, PlanLink, PlanRow } from "./head/plan-head.ts";
export { RunTimeline } from "./perfetto/run-timeline.ts";
export { RunRecorder } from "./record/run-recorder.ts";
export { comparePage, planPage, reportPage } from "./write/report-page.ts";
export type { RecordedRun } from "./write/run-head.ts";
