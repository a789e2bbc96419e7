import type { FormatName } from "@xgt/hypercall-log";
import type { GivenDomains } from "../specification/load-domains.ts";

/** One run to replay: the logs of all its recorders. Plain data that can be handed to another thread. */
export interface RunRequest {
  /** Files; `-` is standard input. */
  readonly paths: readonly string[];
  /** Domains given beside the logs: they win over what the logs say of themselves. */
  readonly given?: GivenDomains | null | undefined;
  /** Xen's version ("4.17"); it wins over what the logs and `given` say. */
  readonly xen?: string | undefined;
  /** Format of the logs; absent: told by their content. */
  readonly from?: FormatName | undefined;
  /** Seconds by which a log's clock is ahead of the first log's, by path; absent: measured by shared calls. */
  readonly skew?: ReadonlyMap<string, number> | undefined;
  /** Only Xen's answers are held against the model, not what the guest does; absent: both. */
  readonly conformanceOnly?: boolean | undefined;
  /** Read the only log as it grows; it ends when the replay is interrupted, or stopped. */
  readonly follow?: boolean | undefined;
  /** Stop after this event. */
  readonly until?: number | undefined;
}
