import {
  type EventLine,
  type FindingsDocument,
  type Reporter,
  type Sink,
  type SinkWriter,
  sinks,
} from "@xgt/findings";
import { UsageError } from "../terminal/cli-error.ts";
import { type ColorMode, columnsOf, paletteFor } from "../terminal/color.ts";
import type { Io } from "../terminal/io.ts";
import { type OutputCheck, openOutput, type PendingOutput } from "../terminal/output-file.ts";
import type { AlsoReport } from "./report-options.ts";

/** What the options of a command say about its report. */
export interface ReportRequest {
  readonly format: string;
  /** `-o`; undefined: standard output. */
  readonly output: string | undefined;
  readonly also: readonly AlsoReport[];
  readonly color: ColorMode;
  readonly verbose: boolean;
  /** Findings only. */
  readonly brief: boolean;
  /** A list of events precedes each document. */
  readonly events: boolean;
  /** Any number of documents follow each other. */
  readonly several: boolean;
  readonly reporter: Reporter;
}

interface OpenReport {
  readonly sink: Sink;
  readonly writer: SinkWriter;
  readonly output: PendingOutput;
}

/** A command's report in all forms that were asked for: all of them become visible, or none. */
export class ReportOutput {
  private readonly reports: readonly OpenReport[];

  /** Opens every file. Throws CliError. */
  constructor(request: ReportRequest, io: Io, check: OutputCheck) {
    const wanted = [{ format: request.format, path: request.output }, ...request.also];
    const files = wanted.map(({ path }) => path).filter((path) => path !== undefined && path !== "-");
    const twice = files.find((path, at) => files.indexOf(path) < at);
    if (twice !== undefined) throw new UsageError(check.command, `${twice} is named for two reports`);
    const opened: OpenReport[] = [];
    try {
      for (const { format, path } of wanted) opened.push(openReport(format, path, request, io, check));
    } catch (error) {
      for (const { output } of opened) output.discard();
      throw error;
    }
    this.reports = opened;
  }

  /** Any of the forms is for people. */
  get forPeople(): boolean {
    return this.reports.some(({ sink }) => sink.audience === "people");
  }

  /** Any of the forms is for programs. */
  get forPrograms(): boolean {
    return this.reports.some(({ sink }) => sink.audience === "programs");
  }

  /** People see the report while the command runs. */
  get isSeen(): boolean {
    const [{ sink, output }] = this.reports;
    return sink.audience === "people" && !output.isFile;
  }

  /** Events of the document to come. */
  async events(lines: readonly EventLine[]): Promise<void> {
    for (const { writer, output } of this.reports) {
      await output.write(lines.map((line) => writer.event(line)).join(""));
    }
  }

  /** One document. */
  async document(document: FindingsDocument): Promise<void> {
    for (const { writer, output } of this.reports) {
      for (const piece of writer.document(document)) await output.write(piece);
    }
  }

  /** After the last document. */
  async end(): Promise<void> {
    for (const { writer, output } of this.reports) {
      for (const piece of writer.end()) await output.write(piece);
    }
  }

  /** All is written: the files take their names. Throws CliError. */
  commit(): void {
    for (const { output } of this.reports) output.commit();
  }

  /** Forgets what was written. */
  discard(): void {
    for (const { output } of this.reports) output.discard();
  }
}

function openReport(
  format: string,
  path: string | undefined,
  request: ReportRequest,
  io: Io,
  check: OutputCheck,
): OpenReport {
  const sink = sinks.find((candidate) => candidate.name === format) as Sink;
  const output = openOutput(path, io, check);
  const { verbose, brief, events, several, reporter } = request;
  const writer = sink.open({
    palette: paletteFor(request.color, output, io),
    columns: columnsOf(output),
    verbose,
    brief,
    events,
    several,
    reporter,
  });
  return { sink, writer, output };
}
