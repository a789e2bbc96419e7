import type { WorkerAnswer } from "./fuzz-worker.ts";

/** What a target was fed with, and what came of it. */
interface Figures {
  inputs: number;
  /** Time of day that its turns took. */
  seconds: number;
  /** Of the slowest input. */
  slowest: number;
  bytes: number;
  readonly statuses: number[];
  faults: number;
}

const HEAD = ["target", "inputs", "status 0", "1", "2", "inputs/s", "slowest ms", "MiB", "faults"];

/** Figures of a run of the fuzzer, by target. */
export class FigureTable {
  private readonly rows = new Map<string, Figures>();

  /** @param targets Names, in the order in which they are shown. */
  constructor(targets: readonly string[]) {
    for (const name of targets) this.rows.set(name, newFigures());
  }

  /** Inputs that were run so far. */
  get inputs(): number {
    return [...this.rows.values()].reduce((sum, { inputs }) => sum + inputs, 0);
  }

  /** Takes in what came of a target's turn. */
  add(target: string, seconds: number, answer: WorkerAnswer): void {
    const figures = this.rows.get(target);
    if (figures === undefined) return;
    figures.inputs += answer.done;
    figures.seconds += seconds;
    figures.slowest = Math.max(figures.slowest, answer.slowest);
    figures.bytes = Math.max(figures.bytes, answer.bytes);
    if (answer.fault !== null) figures.faults++;
    answer.statuses.forEach((times, status) => {
      figures.statuses[status] += times;
    });
  }

  /** The table as text. */
  text(): string {
    const total = newFigures();
    for (const figures of this.rows.values()) {
      for (const key of ["inputs", "seconds", "faults"] as const) total[key] += figures[key];
      for (const key of ["slowest", "bytes"] as const) total[key] = Math.max(total[key], figures[key]);
      figures.statuses.forEach((times, status) => {
        total.statuses[status] += times;
      });
    }
    const cells = [HEAD, ...[...this.rows, ["all", total] as const].map(([name, row]) => cellsOf(name, row))];
    const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
    const line = (row: readonly string[]) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
    return cells.map((row) => `${line(row)}\n`).join("");
  }
}

function newFigures(): Figures {
  return { inputs: 0, seconds: 0, slowest: 0, bytes: 0, statuses: [0, 0, 0], faults: 0 };
}

function cellsOf(name: string, { inputs, seconds, slowest, bytes, statuses, faults }: Figures): string[] {
  const perSecond = inputs === 0 ? 0 : inputs / Math.max(seconds, 1e-3);
  const rest = [perSecond.toFixed(0), (slowest * 1000).toFixed(0), Math.round(bytes / 2 ** 20), faults];
  return [name, ...[inputs, ...statuses, ...rest].map(String)];
}
