import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDomains, type RunContext, replayRun } from "@xgt/run";
import { RunRecorder } from "../src/record/run-recorder.ts";
import { reportPage } from "../src/write/report-page.ts";
import type { RecordedRun } from "../src/write/run-head.ts";

export const corpus = join(import.meta.dirname, "../../../corpus");
const demo = join(corpus, "traces/dma-4.20");

/** The capture of the README: four steps, each with a wrong DMA. */
export const demoRun = {
  logs: [join(demo, "faulty/hvclog.jsonl"), join(demo, "faulty/trace.txt.gz")],
  domains: join(demo, "spec.json"),
};

/** A folder for pages, removed at the end. */
export class PageFolder {
  private readonly folder = mkdtempSync(join(tmpdir(), "xgt-page-"));

  /** Writes a text as a file and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Writes the page of a run and returns its path. */
  async report(name: string, logs: readonly string[], domains?: string): Promise<string> {
    return this.write(name, [...reportPage(await record(logs, domains))].join(""));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Replays logs for a page. */
export async function record(logs: readonly string[], domains?: string): Promise<RecordedRun> {
  const given = domains === undefined ? null : await loadDomains(domains);
  const recorders: RunRecorder[] = [];
  const run = await replayRun(
    { paths: logs, given },
    {
      observers: (context: RunContext) => {
        recorders.push(new RunRecorder(context));
        return recorders;
      },
    },
  );
  return {
    run,
    recorder: recorders[0],
    command: ["xgt replay", ...logs.map((log) => log.replace(/^.*\//, ""))].join(" "),
  };
}
