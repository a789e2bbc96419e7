import { causeKey, type Finding } from "@xgt/findings";
import { comparePage, type HeadComparison, type RecordedRun, RunRecorder } from "@xgt/report";
import type { ComparedCause, ComparedSides, RunContext } from "@xgt/run";
import type { PendingOutput } from "../../terminal/output-file.ts";
import { plainWord } from "../../terminal/plain-word.ts";
import { severityCounts } from "./compare-verdict.ts";

/** The page of two runs that are compared: keeps both while they are replayed, and writes them. */
export class ComparisonPage {
  readonly output: PendingOutput;
  private readonly recorders = new Map<"base" | "patched", RunRecorder>();

  constructor(output: PendingOutput) {
    this.output = output;
  }

  /** Told of both replays. */
  readonly observers = (context: RunContext, side: "base" | "patched"): RunRecorder[] => {
    const recorder = new RunRecorder(context);
    this.recorders.set(side, recorder);
    return [recorder];
  };

  /** Writes the page. */
  async write(sides: ComparedSides): Promise<void> {
    const { added, fixed, unchanged, behaviour } = sides.comparison;
    const kinds = [
      ["new", keysOf(added)],
      ["fixed", keysOf(fixed)],
      ["unchanged", keysOf(unchanged)],
    ] as const;
    const changeOf = ({ cause }: Finding) => {
      const key = cause === undefined ? "" : causeKey(cause);
      return kinds.find(([, keys]) => keys.has(key))?.[0];
    };
    const recorded = (side: "base" | "patched"): RecordedRun => {
      const { run } = sides[side];
      const recorder = this.recorders.get(side);
      if (recorder === undefined) throw new Error(`no ${side} run was replayed`);
      return { run, recorder, command: commandOf(run.inputs.map(({ log }) => log.path)), changeOf };
    };
    const comparison: HeadComparison = {
      added: severityCounts(added),
      fixed: severityCounts(fixed),
      unchanged: severityCounts(unchanged),
      behaviour: behaviour.map(({ domid, what, operation, base, patched }) => {
        const name = operation === "" ? what : `${what} of ${operation}`;
        return { what: `domain ${domid}: ${name}`, base, patched };
      }),
    };
    for (const piece of comparePage(recorded("base"), recorded("patched"), comparison)) {
      await this.output.write(piece);
    }
  }
}

function keysOf(causes: readonly ComparedCause[]): Set<string> {
  return new Set(causes.map(({ cause }) => causeKey(cause)));
}

/** The command that replays a run; null: it was read from standard input. */
function commandOf(paths: readonly string[]): string | null {
  return paths.includes("-") ? null : ["xgt replay", ...paths.map(plainWord)].join(" ");
}
