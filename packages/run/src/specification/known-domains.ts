import type { DomainSpec } from "@xgt/hypercall-log";
import type { ReplaySetup } from "@xgt/p2m-tracker";

/** The domains of a run as far as they are known beforehand: those given beside the logs, else those that a log names itself. */
export function knownDomains({ spec, header }: Pick<ReplaySetup, "spec" | "header">): readonly DomainSpec[] {
  const given = spec?.domains ?? [];
  return given.length > 0 ? given : (header?.domains ?? []);
}
