import type { Finding } from "@xgt/findings";
import { type EventBatch, markText, StringTable } from "@xgt/hypercall-log";
import type { Machine, ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { replayRun } from "@xgt/run";
import { compareFrame, PeerFrames } from "./compare-frame.ts";

/** The model and Xen say different things. */
interface Disagreement {
  /** Number of the script's step, from 1. */
  readonly step: number;
  /** Number of the event in the log, from 1. */
  readonly event: number;
  /** What each of them says. */
  readonly text: string;
}

/** What a log's answers say about the model. */
export interface Judgement {
  /** Calls that the model was held against. */
  readonly calls: number;
  /** Frames read back. */
  readonly states: number;
  /** Of these, frames that the model leaves open. */
  readonly open: number;
  /** Empty: none was found. */
  readonly disagreements: readonly Disagreement[];
}

/** Replays a log of the executor, whose header is its first line, and holds the model against every answer and every frame read back. */
export async function judge(log: readonly Uint8Array[], self: number): Promise<Judgement> {
  const judging = new JudgingObserver(self);
  const run = await replayRun(
    { paths: ["-"], conformanceOnly: true },
    {
      stdin: pieces(log),
      observers: ({ strings }) => {
        judging.strings = strings;
        return [judging];
      },
    },
  );
  const { disagreements, states, open } = judging;
  const [{ log: source }] = run.inputs;
  if (source.stats.problemCount > 0) {
    const [problem] = source.stats.problems;
    disagreements.unshift({
      step: 0,
      event: 0,
      text: `the log is unreadable at ${problem.place}: ${problem.message}`,
    });
  }
  return { calls: Math.floor(run.result.events / 2), states, open, disagreements };
}

/**
 * Follows the marks of a log, which say what the executor read back after a step ("state 12 60000=- 60001"): what the model
 * says of those frames then must be the same.
 */
class JudgingObserver implements ReplayObserver {
  readonly disagreements: Disagreement[] = [];
  states = 0;
  open = 0;
  /** The run's strings. */
  strings = new StringTable();
  private readonly self: number;
  private readonly peerFrames = new PeerFrames();
  private machine: Machine | undefined;
  private event = 0;
  /** Contradictions since the last mark: they are of the step whose end the next one tells. */
  private readonly contradictions: Omit<Disagreement, "step">[] = [];
  /** What was read back since the last event, as "60000=-"; a gfn alone: its own tag. */
  private readonly readBack: string[] = [];
  private step = 0;

  constructor(self: number) {
    this.self = self;
  }

  start(machine: Machine): void {
    this.machine = machine;
  }

  begin({ number }: ReplayEvent): void {
    if (this.readBack.length > 0) this.compare();
    this.event = number;
  }

  finding({ rule, event, message, gfn }: Finding): void {
    if (!rule.startsWith("H")) return;
    const where = gfn === null ? "" : ` (gfn 0x${gfn.toString(16)})`;
    this.contradictions.push({ event: event ?? 0, text: `${rule}: ${message}${where}` });
  }

  mark(batch: EventBatch, row: number): void {
    const [word, step, ...read] = this.strings.get(markText(batch, row)).split(" ");
    if (word !== "state") return;
    this.step = Number(step);
    this.readBack.push(...read);
  }

  end(): void {
    if (this.readBack.length > 0) this.compare();
    this.tell(this.step);
  }

  /** Judges the step that is over. */
  private compare(): void {
    const { step, event, machine } = this;
    this.tell(step);
    for (const item of this.readBack.splice(0)) {
      const [gfn, read = gfn] = item.split("=");
      const domain = machine?.domains.get(this.self);
      if (domain === undefined) continue;
      this.states++;
      const verdict = compareFrame(domain, Number.parseInt(gfn, 16), read, this.peerFrames);
      if (verdict === null) this.open++;
      else if (verdict !== "") this.disagreements.push({ step, event, text: verdict });
    }
  }

  private tell(step: number): void {
    for (const contradiction of this.contradictions.splice(0))
      this.disagreements.push({ step, ...contradiction });
  }
}

async function* pieces(log: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* log;
}
