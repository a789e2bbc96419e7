import {
  type EventLine,
  type Finding,
  type FindingsDocument,
  type Palette,
  type Reporter,
  type Sink,
  type SinkWriter,
  sinks,
} from "@xgt/findings";
import { UsageError } from "../terminal/cli-error.ts";
import { type ColorMode, columnsOf, paletteFor } from "../terminal/color.ts";
import type { Io } from "../terminal/io.ts";
import { type OutputCheck, openOutput, type PendingOutput } from "../terminal/output-file.ts";

/** One form of a report. */
interface WantedReport {
  readonly format: string;
  readonly path: string | undefined;
}

/** A form that one command has for itself: it shows more than findings. */
export interface OwnForm {
  /** As `-f` names it; it wins over a sink of the same name. */
  readonly name: string;
  readonly audience: Sink["audience"];
  /** The whole report, once the command is done. */
  pieces(palette: Palette): Iterable<string>;
}

/** What the options of a command say about its report. */
export interface ReportRequest {
  /** The forms, and where each goes: `-f` and `-o` (undefined: standard output), then `--also`. */
  readonly wanted: readonly WantedReport[];
  readonly color: ColorMode;
  readonly verbose: boolean;
  /** Findings only. */
  readonly brief: boolean;
  /** A list of events precedes each document. */
  readonly events: boolean;
  /** Any number of documents follow each other. */
  readonly several: boolean;
  readonly reporter: Reporter;
  /** Forms of the command's own. */
  readonly own?: readonly OwnForm[];
}

/** Of a command whose one document is no list of events. */
export const PLAIN_REPORT = {
  color: "auto",
  verbose: true,
  brief: false,
  events: false,
  several: false,
} as const satisfies Partial<ReportRequest>;

interface OpenReport {
  readonly audience: Sink["audience"];
  readonly writer: SinkWriter;
  readonly output: PendingOutput;
}

/** A command's report in all forms that were asked for: all of them become visible, or none. */
export class ReportOutput {
  private readonly reports: readonly OpenReport[];

  /** Opens every file. Throws CliError. */
  constructor(request: ReportRequest, io: Io, check: OutputCheck) {
    const { wanted } = request;
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
    return this.reports.some(({ audience }) => audience === "people");
  }

  /** Any of the forms is for programs. */
  get forPrograms(): boolean {
    return this.reports.some(({ audience }) => audience === "programs");
  }

  /** People see the report while the command runs. */
  get isSeen(): boolean {
    return this.reports.some(({ audience, output }) => audience === "people" && !output.isFile);
  }

  /** Events of the document to come. */
  async events(lines: readonly EventLine[]): Promise<void> {
    for (const { writer, output } of this.reports) {
      await output.write(lines.map((line) => writer.event(line)).join(""));
    }
  }

  /** What is found of the document to come, where it is seen at once: in files it stands as a whole at the end. */
  async live(findings: readonly Finding[], story: string | undefined): Promise<void> {
    for (const { writer, output } of this.reports) {
      if (!output.isFile) await output.write(writer.live?.(findings, story) ?? "");
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
  const { own = [], verbose, brief, events, several, reporter } = request;
  const ownForm = own.find(({ name }) => name === format);
  const sink = sinks.find(({ name }) => name === format) as Sink;
  const output = openOutput(path, io, check);
  const palette = paletteFor(request.color, output, io);
  if (ownForm !== undefined)
    return { audience: ownForm.audience, writer: ownWriter(ownForm, palette), output };
  const options = { palette, columns: columnsOf(output), verbose, brief, events, several, reporter };
  return { audience: sink.audience, writer: sink.open(options), output };
}

/** Writes a form of a command's own in place of the document. */
function ownWriter(form: OwnForm, palette: Palette): SinkWriter {
  return { event: () => "", document: () => form.pieces(palette), end: () => [] };
}
