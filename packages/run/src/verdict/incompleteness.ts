import type { Run } from "../replay/replay-run.ts";
import { lostRecords } from "./lost-records.ts";

/** What a run does not know: of this number of things of each kind. */
export interface Incompleteness {
  /** Calls without their other half. */
  readonly halves: number;
  /** Records that recorders say are missing. */
  readonly lost: number;
  /** Calls that the model does not follow. */
  readonly unmodelled: number;
  /** Domains that did something, and of which nothing says whether they are direct-mapped. */
  readonly modeUnknown: readonly number[];
  /** Domains that did something and are not translated, and whose RAM is not known. */
  readonly ramUnknown: readonly number[];
}

/** What a run's verdict rests on without knowing it. */
export function incompletenessOf(run: Run): Incompleteness {
  const { counters, domains, unmodelled } = run.result;
  const acting = domains.filter(({ acted }) => acted);
  const ids = (some: typeof acting) => some.map(({ domid }) => domid);
  return {
    halves: counters.entersWithoutExit + counters.exitsWithoutEnter,
    lost: lostRecords(run),
    unmodelled: unmodelled.reduce((sum, { calls }) => sum + calls, 0),
    modeUnknown: ids(acting.filter(({ mode }) => mode === "unknown")),
    ramUnknown: ids(acting.filter(({ mode, ramKnown }) => mode !== "translated" && !ramKnown)),
  };
}
