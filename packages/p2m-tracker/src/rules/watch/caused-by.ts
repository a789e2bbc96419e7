import type { Report } from "../kinds/rule.ts";

/** The part of a report that names an earlier event; empty where the log does not hold that event. */
export function causedBy(event: number, message: string): Pick<Report, "causeEvent" | "notes"> {
  return event > 0 ? { causeEvent: event, notes: [{ message, event }] } : {};
}
