import { type Cause, type Severity, severities } from "@xgt/findings";
import { type AcceptedCause, BASELINE_VERSION, type Baseline } from "./baseline.ts";
import { BaselineError } from "./baseline-error.ts";

/**
 * Reads a file of accepted findings: `{"version":1,"accepted":[{"rule":"G44","severity":"error","domid":0,
 * "operation":"DMA","caused_by":"unmap_grant_ref","comm":"dmag","frame":"RAM","reason":"bounce buffer"}]}`.
 * Throws BaselineError.
 */
export function readBaseline(text: string, path: string): Baseline {
  const whole = parsed(text, path);
  if (!isObject(whole) || whole.version !== BASELINE_VERSION || !Array.isArray(whole.accepted)) {
    throw new BaselineError(
      `${path}: this is no file of accepted findings: it needs "version":${BASELINE_VERSION} and "accepted":[...]; --write-baseline makes one`,
    );
  }
  return {
    path,
    accepted: whole.accepted.map((entry: unknown, at) => acceptedOf(entry, `${path}: accepted[${at}]`)),
  };
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BaselineError(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function acceptedOf(entry: unknown, where: string): AcceptedCause {
  if (!isObject(entry)) throw new BaselineError(`${where} is no object`);
  const { domid } = entry;
  if (domid !== null && !(Number.isInteger(domid) && Number(domid) >= 0)) {
    throw new BaselineError(`${where}.domid is the number of a domain, or null`);
  }
  const reason = textOf(entry, "reason", where).trim();
  if (reason === "") throw new BaselineError(`${where}.reason is empty: say why the finding is accepted`);
  const rule = textOf(entry, "rule", where);
  const cause: Cause = {
    rule,
    name: textOf(entry, "name", where, rule),
    severity: severityOf(entry, where),
    domid: domid === null ? null : Number(domid),
    operation: textOf(entry, "operation", where, ""),
    causedBy: textOf(entry, "caused_by", where, ""),
    comm: textOf(entry, "comm", where, ""),
    frame: textOf(entry, "frame", where, ""),
  };
  return { cause, reason };
}

function severityOf(entry: { readonly [name: string]: unknown }, where: string): Severity {
  const found = severities.find((severity) => severity === entry.severity);
  if (found === undefined) throw new BaselineError(`${where}.severity is one of ${severities.join(", ")}`);
  return found;
}

function textOf(
  entry: { readonly [name: string]: unknown },
  name: string,
  where: string,
  otherwise?: string,
): string {
  const value = entry[name] ?? otherwise;
  if (typeof value !== "string") throw new BaselineError(`${where}.${name} is a text`);
  return value;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
