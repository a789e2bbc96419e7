import type { LogStamp } from "../sources/log-stamp.ts";

/** What runs are told apart by: machine, kernel, Xen, commit, ... */
export type RunGroup = Readonly<Record<string, string>>;

/** One run of a fleet: which logs, and what is known of it. */
export interface FleetRun {
  /** Told apart from every other run of the fleet by it; the first log's path unless the manifest says. */
  readonly id: string;
  /** Logs of all its recorders. */
  readonly logs: readonly string[];
  /** As `--domains`; undefined: the logs say it themselves. */
  readonly domains: string | undefined;
  /** As `--xen`; undefined: the logs or the domains say it. */
  readonly xen: string | undefined;
  /** Its own page, for those who read the fleet's report; undefined: it has none. */
  readonly page: string | undefined;
  /** States that its files must be in, in the order of `filesOf`; null: any, undefined: all of them in any. */
  readonly stamps?: readonly (LogStamp | null)[] | undefined;
  /** What it belongs to; values by key, "kernel": "6.12.9". */
  readonly group: RunGroup;
}

/** Names of all files that a run is replayed from: its logs, then what it names its domains by. */
export function filesOf({ logs, domains }: Pick<FleetRun, "logs" | "domains">): readonly string[] {
  return domains === undefined ? logs : [...logs, domains];
}
