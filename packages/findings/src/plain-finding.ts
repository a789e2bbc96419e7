import type { Finding } from "./finding.ts";

/** A finding of a command that replays nothing: no event, no time, no frame. `more` sets what it has beside that. */
export function plainFinding(
  { id, name, severity }: Pick<Finding, "name" | "severity"> & { readonly id: string },
  message: string,
  more: Partial<Finding> = {},
): Finding {
  return {
    rule: id,
    name,
    severity,
    certain: true,
    uncertainBecause: [],
    domid: null,
    event: null,
    time: null,
    gfn: null,
    count: 1,
    busMfn: null,
    expectedMfn: null,
    causeEvent: null,
    also: [],
    message,
    fix: null,
    location: null,
    notes: [],
    occurrences: 1,
    lastEvent: null,
    lastLocation: more.location ?? null,
    ...more,
  };
}
