import { FleetError } from "../fleet-error.ts";
import { LOGS_PER_RUN_MAX } from "../limits.ts";
import type { FleetRun } from "./fleet-run.ts";
import { groupOf, listOf, objectOf, optionalText } from "./json-members.ts";

/** A run of one line of JSON. Throws FleetError. `where`: the line's place, for errors. */
export function readRunLine(line: string, where: string): FleetRun {
  const object = objectOf(line, where);
  const logs = listOf(object, "logs", where).map((log) => {
    if (typeof log === "string" && log !== "") return log;
    throw new FleetError(`${where}: logs is a list of paths`);
  });
  if (logs.length === 0) throw new FleetError(`${where}: a run needs "logs"`);
  if (logs.length > LOGS_PER_RUN_MAX) throw new FleetError(`${where}: more than ${LOGS_PER_RUN_MAX} logs`);
  return {
    id: optionalText(object, "id", where) ?? logs[0],
    logs,
    domains: optionalText(object, "domains", where),
    xen: optionalText(object, "xen", where),
    page: optionalText(object, "page", where),
    group: groupOf(object, where),
  };
}

/** A run as a line of JSON, without a line break: what `readRunLine` reads. */
export function runLine({ id, logs, domains, xen, page, group }: FleetRun): string {
  return JSON.stringify({ id, logs, domains, xen, page, group });
}
