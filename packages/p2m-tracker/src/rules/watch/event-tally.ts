import type { Domain } from "../../state/domain.ts";
import { hex, type Report, type Rule, type RuleHost } from "../kinds/rule.ts";

/** What is kept of one key: how often, and where first. */
export interface TallyRow {
  readonly domain: Domain | undefined;
  count: number;
  readonly firstEvent: number;
  /** First frame; NaN: the rule is about no frame. */
  readonly firstGfn: number;
}

/** Counts what an informational rule says once, at the end of the log. Bounded by its keys (domains, mostly). */
export class EventTally {
  private readonly rows = new Map<number, TallyRow>();
  private lastKey = Number.NaN;
  private lastRow: TallyRow | undefined;

  /** `amount` more under `key`. */
  add(key: number, domain: Domain | undefined, event: number, gfn: number, amount = 1): void {
    if (key === this.lastKey && this.lastRow !== undefined) {
      this.lastRow.count += amount;
      return;
    }
    let row = this.rows.get(key);
    if (row === undefined) {
      row = { domain, count: 0, firstEvent: event, firstGfn: gfn };
      this.rows.set(key, row);
    }
    row.count += amount;
    this.lastKey = key;
    this.lastRow = row;
  }

  /** Calls `visit` with each row and its key, in order of key. */
  forEach(visit: (row: TallyRow, key: number) => void): void {
    for (const [key, row] of [...this.rows].sort((a, b) => a[0] - b[0])) visit(row, key);
  }

  /** One report per key, in order of key. */
  report(
    host: RuleHost,
    rule: Rule,
    say: (row: TallyRow, key: number) => string,
    more: Partial<Report> = {},
  ): void {
    this.forEach((row, key) => {
      host.report(rule, { domain: row.domain, message: say(row, key), causeEvent: row.firstEvent, ...more });
    });
  }
}

/** "gfn 0xc0000 at event 12": where a tally began. */
export function firstSeen(row: TallyRow): string {
  const event = `event ${row.firstEvent}`;
  return Number.isNaN(row.firstGfn) ? event : `gfn ${hex(row.firstGfn)} at ${event}`;
}
