import { FleetError } from "../fleet-error.ts";
import { LOGS_PER_RUN_MAX } from "../limits.ts";
import type { LogStamp } from "../sources/log-stamp.ts";
import { type FleetRun, filesOf } from "./fleet-run.ts";
import {
  countOf,
  groupOf,
  isObject,
  type JsonObject,
  listOf,
  objectOf,
  optionalText,
} from "./json-members.ts";

/** A run of one line of JSON. Throws FleetError. `where`: the line's place, for errors. */
export function readRunLine(line: string, where: string): FleetRun {
  const object = objectOf(line, where);
  const logs = listOf(object, "logs", where).map((log) => {
    if (typeof log === "string" && log !== "") return log;
    throw new FleetError(`${where}: logs is a list of paths`);
  });
  if (logs.length === 0) throw new FleetError(`${where}: a run needs "logs"`);
  if (logs.length > LOGS_PER_RUN_MAX) throw new FleetError(`${where}: more than ${LOGS_PER_RUN_MAX} logs`);
  const domains = optionalText(object, "domains", where);
  return {
    id: optionalText(object, "id", where) ?? logs[0],
    logs,
    domains,
    stamps:
      object.stamps === undefined ? undefined : stampsOf(object, filesOf({ logs, domains }).length, where),
    xen: optionalText(object, "xen", where),
    page: optionalText(object, "page", where),
    group: groupOf(object, where),
  };
}

/** A run as a line of JSON, without a line break: what `readRunLine` reads. */
export function runLine({ id, logs, domains, xen, page, group, stamps }: FleetRun): string {
  return JSON.stringify({ id, logs, domains, xen, page, group, stamps });
}

/** The states of a run's files, as many as it has. */
function stampsOf(object: JsonObject, files: number, where: string): (LogStamp | null)[] {
  const stamps = listOf(object, "stamps", where);
  if (stamps.length !== files)
    throw new FleetError(`${where}: stamps has ${stamps.length} states of ${files} files`);
  return stamps.map((stamp, at) => {
    if (stamp === null) return null;
    if (!isObject(stamp)) throw new FleetError(`${where}: stamps[${at}] is an object or null`);
    const place = `${where}: stamps[${at}]`;
    return {
      etag: optionalText(stamp, "etag", place),
      modified: optionalText(stamp, "modified", place),
      size: stamp.size === undefined ? undefined : countOf(stamp, "size", place),
    };
  });
}
