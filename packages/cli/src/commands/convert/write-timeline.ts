import { counted } from "@xgt/findings";
import { type FormatName, LogOpenError } from "@xgt/hypercall-log";
import { RunTimeline } from "@xgt/report";
import { type GivenDomains, replayRun } from "@xgt/run";
import { CliError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";
import type { PendingOutput } from "../../terminal/output-file.ts";
import type { Progress } from "../../terminal/progress.ts";

/** What is shown of a run on a timeline. */
interface TimelineRequest {
  readonly paths: readonly string[];
  readonly from: FormatName | undefined;
  readonly given: GivenDomains | null;
}

/** Replays a run and writes it as a Perfetto trace: what it found can be shown only by a replay. */
export async function writeTimeline(
  { paths, from, given }: TimelineRequest,
  output: PendingOutput,
  io: Io,
  progress: Progress,
) {
  const timelines: RunTimeline[] = [];
  const flush = async () => {
    for (const timeline of timelines) {
      const bytes = timeline.take();
      if (bytes.length > 0) await output.writeBytes(bytes);
    }
  };
  try {
    const run = await replayRun(
      { paths, from, given },
      {
        stdin: io.stdin,
        signal: io.interrupt?.signal,
        observers: (context) => {
          const timeline = new RunTimeline(context);
          timelines.push(timeline);
          return [timeline];
        },
        onBatch: async (inputs) => {
          progress.tick(inputs);
          await flush();
        },
      },
    );
    await flush();
    const leftOut = timelines.reduce((sum, timeline) => sum + timeline.leftOut, 0);
    const notes =
      leftOut === 0 ? [] : [`${counted(leftOut, "span")} left out: too many are under way at once`];
    return { run, notes };
  } catch (error) {
    if (error instanceof LogOpenError) throw new CliError(error.message);
    throw error;
  }
}
