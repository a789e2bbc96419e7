import type { LogSource } from "@xgt/hypercall-log";
import type { Io } from "./io.ts";
import { bytesText, durationText, rateText } from "./quantity.ts";

/** Work that takes less has no progress line. */
const QUIET_MS = 500;
const INTERVAL_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

/** How far a reader is. */
interface ProgressSource {
  readonly log: Pick<LogSource, "inputSize" | "inputRead">;
  readonly operations: number;
}

/** One line on stderr about work under way; only on a terminal, and only once it takes long. */
export class Progress {
  private readonly io: Io;
  private readonly enabled: boolean;
  private readonly begun: number;
  private drawn = 0;
  private visible = false;

  constructor(io: Io, quiet: boolean) {
    this.io = io;
    this.enabled = !quiet && io.stderr.isTTY;
    // To ask for the time at all costs a start a millisecond.
    this.begun = this.enabled ? performance.now() : 0;
  }

  /** Redraws the line where it is time to. */
  tick(sources: readonly ProgressSource[]): void {
    if (!this.enabled) return;
    const now = performance.now();
    if (now - this.begun < QUIET_MS || now - this.drawn < INTERVAL_MS) return;
    this.drawn = now;
    this.visible = true;
    this.print(`${CLEAR_LINE}${progressText(sources, (now - this.begun) / 1000)}`);
  }

  /** Takes the line away: call it before anything else is printed. */
  clear(): void {
    if (this.visible) this.print(CLEAR_LINE);
    this.visible = false;
  }

  private print(text: string): void {
    // A closed stderr is no reason to stop the work.
    this.io.stderr.write(text).catch(() => {});
  }
}

/** "xgt: 12.0 MB of 40.0 MB (30%), 1.2 M operations/s, 3 s left". */
export function progressText(sources: readonly ProgressSource[], seconds: number): string {
  let read = 0;
  let operations = 0;
  let size: number | undefined = 0;
  for (const source of sources) {
    const { inputRead, inputSize } = source.log;
    read += inputRead;
    operations += source.operations;
    size = size === undefined || inputSize === undefined ? undefined : size + inputSize;
  }
  const rate = `${rateText(operations / seconds)} operations/s`;
  if (size === undefined || size === 0) return `xgt: ${bytesText(read)}, ${rate}`;
  const share = Math.min(1, read / size);
  const left = share > 0 ? `, ${durationText((seconds * (1 - share)) / share)} left` : "";
  return `xgt: ${bytesText(read)} of ${bytesText(size)} (${Math.floor(share * 100)}%), ${rate}${left}`;
}
