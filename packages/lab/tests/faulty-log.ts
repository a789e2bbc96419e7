import type { Finding } from "@xgt/findings";
import { type EventBatch, EventKind, markText, type StringTable, Via } from "@xgt/hypercall-log";
import type { ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { replayRun } from "@xgt/run";

/** What stands between two marks of a log: one call or DMA that is wrong, and the rules that it must break. */
export interface Fault {
  /** "over-ram, line 4": the fault's name and the line of its mark. */
  readonly title: string;
  readonly expected: readonly string[];
  /** Lines from the mark to the one that ends it, neither included. */
  readonly first: number;
  end: number;
  /** Hypercalls of the program itself. */
  calls: number;
}

/** A captured log: the faults that its marks announce, and the warnings and errors of its replay. */
export class FaultyLog {
  readonly faults: readonly Fault[];
  private readonly findings: readonly Finding[];
  /** Line of each event, by its number. */
  private readonly lines: readonly number[];

  private constructor(faults: Fault[], findings: readonly Finding[], lines: number[]) {
    this.faults = faults;
    this.findings = findings.filter(({ severity }) => severity !== "info");
    this.lines = lines;
  }

  /**
   * Reads and replays a log; `since`: rules of a fault, by its name, where they are not its mark's; `madeGood`: a rule of
   * its mark's that only informs. Throws where it cannot be read as a whole.
   */
  static async read(
    path: string,
    since: Readonly<Record<string, readonly string[]>> = {},
    madeGood: Readonly<Record<string, string>> = {},
  ): Promise<FaultyLog> {
    const readers: MarkReader[] = [];
    const run = await replayRun(
      { paths: [path] },
      {
        observers: ({ strings }) => {
          readers.push(new MarkReader(strings, since, madeGood));
          return readers;
        },
      },
    );
    const [marks] = readers;
    const { problems } = run.inputs[0].log.stats;
    if (problems.length > 0) throw new Error(`${path}: ${JSON.stringify(problems)}`);
    const faulty = new FaultyLog(marks.faults, marks.findings, marks.lines);
    const last = marks.lines[marks.lines.length - 1];
    // Else what is found at the log's end could not be told from what is found at that fault.
    if (faulty.faultAt(last) !== undefined) throw new Error(`${path}: a fault is the log's last event`);
    return faulty;
  }

  /** Rules that are found at each fault, by its title, and at lines where no fault is ("line 12"). */
  rulesFound(): Record<string, string[]> {
    const found = new Map(this.faults.map(({ title }) => [title, new Set<string>()]));
    for (const finding of this.findings) {
      const where = this.placeOf(finding);
      const rules = found.get(where) ?? new Set();
      found.set(where, rules.add(finding.rule));
    }
    return Object.fromEntries([...found].map(([where, rules]) => [where, [...rules].sort()]));
  }

  /** Rules that each fault must break. */
  rulesExpected(): Record<string, string[]> {
    return Object.fromEntries(this.faults.map(({ title, expected }) => [title, [...expected].sort()]));
  }

  /**
   * The fault whose call or DMA a finding is at. Some become certain only at the log's end (memory that never comes
   * back); those are at the call that caused them.
   */
  private placeOf(finding: Finding): string {
    const own = finding.location?.place ?? 0;
    const cause = finding.causeEvent === null ? 0 : this.lines[finding.causeEvent];
    const atEnd = finding.event === this.lines.length - 1;
    return this.faultAt(own)?.title ?? (atEnd ? this.faultAt(cause)?.title : undefined) ?? `line ${own}`;
  }

  private faultAt(line: number): Fault | undefined {
    return this.faults.find(({ first, end }) => line > first && line < end);
  }
}

/** Follows the marks of a log: "fault NAME expects G04 G29" begins a fault, the next mark ends it. */
class MarkReader implements ReplayObserver {
  readonly faults: Fault[] = [];
  /** All that was found, each time. */
  readonly findings: Finding[] = [];
  /** Events are numbered from 1. */
  readonly lines: number[] = [0];
  private readonly strings: StringTable;
  private readonly since: Readonly<Record<string, readonly string[]>>;
  private readonly madeGood: Readonly<Record<string, string>>;
  private open: Fault | undefined;

  constructor(
    strings: StringTable,
    since: Readonly<Record<string, readonly string[]>>,
    madeGood: Readonly<Record<string, string>>,
  ) {
    this.strings = strings;
    this.since = since;
    this.madeGood = madeGood;
  }

  begin({ batch, row }: ReplayEvent): void {
    this.lines.push(batch.place[row]);
    const own = batch.kind[row] === EventKind.enter && batch.via[row] === Via.privcmd;
    if (this.open !== undefined && own) this.open.calls++;
  }

  finding(finding: Finding): void {
    this.findings.push(finding);
  }

  mark(batch: EventBatch, row: number): void {
    const line = batch.place[row];
    const text = this.strings.get(markText(batch, row));
    if (this.open !== undefined) this.open.end = line;
    this.open = undefined;
    const match = /^fault (\S+) expects (.*)$/.exec(text);
    if (match === null) return;
    const title = `${match[1]}, line ${line}`;
    this.open = {
      title,
      expected:
        this.since[match[1]] ?? match[2].split(" ").filter((rule) => rule !== this.madeGood[match[1]]),
      first: line,
      end: Number.POSITIVE_INFINITY,
      calls: 0,
    };
    this.faults.push(this.open);
  }
}
