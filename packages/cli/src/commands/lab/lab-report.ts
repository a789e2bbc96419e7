import { type Finding, type FindingsDocument, plainFinding } from "@xgt/findings";
import { type AlsoReport, reporterOf } from "../../reports/report-options.ts";
import { PLAIN_REPORT, ReportOutput } from "../../reports/report-output.ts";
import type { Io } from "../../terminal/io.ts";
import { catalogue } from "../rules/rule-catalogue.ts";
import { labRules } from "./lab-rules.ts";

/** How a run in the lab is to be reported. */
interface LabReportOptions {
  readonly format: string;
  readonly also?: readonly AlsoReport[];
}

/** The lab's own text, as -f names it. */
const OWN_TEXT = "text";

/** What a run in the lab found: as text while it runs, and in the forms that were asked for, a document a scenario. */
export class LabReport {
  /** Where the text goes: to stderr where another form has standard output. */
  readonly text: Io;
  private readonly output: ReportOutput | null;

  /** Opens every file. Throws CliError. */
  constructor({ format, also = [] }: LabReportOptions, io: Io) {
    this.text = format === OWN_TEXT ? io : { ...io, stdout: io.stderr };
    const wanted = [...(format === OWN_TEXT ? [] : [{ format, path: undefined }]), ...also];
    const reporter = reporterOf([...catalogue, ...labRules], "error");
    const check = { command: "xgt lab run", inputs: [] };
    this.output =
      wanted.length === 0
        ? null
        : new ReportOutput({ ...PLAIN_REPORT, several: true, wanted, reporter }, io, check);
  }

  /** One scenario: what its log showed, and what came of its run besides. */
  async add(document: FindingsDocument, ends: readonly Finding[]): Promise<void> {
    const { summary, findings } = document;
    await this.output?.document({
      ...document,
      findings: [...ends, ...findings],
      summary: { ...summary, error: summary.error + ends.length },
    });
  }

  /** Nothing follows. Throws CliError. */
  async end(): Promise<void> {
    await this.output?.end();
    this.output?.commit();
  }

  /** Forgets what was not ended. */
  discard(): void {
    this.output?.discard();
  }
}

/** Of what was said last, so many lines are part of the message. */
const LINES_IN_MESSAGE = 2;

/** How a run ended, as a finding; its notes are what was said last. */
export function endFinding(
  id: (typeof labRules)[number]["id"],
  what: string,
  said: readonly string[],
): Finding {
  const message = said.length === 0 ? what : `${what}: ${said.slice(-LINES_IN_MESSAGE).join(" | ")}`;
  const rule = labRules.find((candidate) => candidate.id === id) ?? labRules[0];
  const notes = said.map((text) => ({ message: text, event: null, location: null }));
  return plainFinding(rule, message, { fix: rule.fix, notes });
}

/** A domU that is not the planned one. */
export function planFinding(difference: string): Finding {
  return endFinding("B04", `not the planned domain: ${difference}`, []);
}

/** Of a run that left no log. */
export function emptyDocument(subject: string): FindingsDocument {
  return {
    subject,
    tables: [],
    findings: [],
    undecided: [],
    summary: { error: 0, warning: 0, info: 0, indeterminate: 0 },
    listings: [],
    remarks: [],
    troubles: [],
  };
}
