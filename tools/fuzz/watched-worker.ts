import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import type { WorkerAnswer, WorkerTask } from "./fuzz-worker.ts";
import { HANG_SECONDS, INPUT_BYTES_MAX } from "./limits.ts";

const LOOK_MS = 200;
/** Clock ticks a second in /proc (sysconf _SC_CLK_TCK). */
const TICKS = 100;
/** MiB of JavaScript's own heap: below what an input may hold. */
const HEAP_MIB = 900;
/** Characters of what a process that ended said. */
const STDERR_SHOWN = 2000;

/** A process that runs inputs, ended and begun anew where one hangs or takes all memory. */
export class WatchedWorker {
  private readonly program: string;
  private readonly progressFile: string;
  private child: ChildProcess | null = null;
  /** The end of what the process wrote to stderr. */
  private said = "";

  constructor(program: string, progressFile: string) {
    this.program = program;
    this.progressFile = progressFile;
  }

  /** Runs a task; a fault that ended the process is told as one of the input that was under way. */
  async run(task: WorkerTask): Promise<WorkerAnswer> {
    const child = this.child ?? this.start();
    let ended = "";
    const watch = new ProgressWatch(child.pid ?? 0, this.progressFile);
    const timer = setInterval(() => {
      ended ||= watch.look() ?? "";
      if (ended !== "") child.kill("SIGKILL");
    }, LOOK_MS);
    const answer = await new Promise<WorkerAnswer | null>((resolve) => {
      child.once("message", (message) => resolve(message as WorkerAnswer));
      child.once("exit", () => resolve(null));
      child.send(task, (error) => {
        if (error !== null) resolve(null);
      });
    });
    clearInterval(timer);
    child.removeAllListeners();
    if (answer !== null) return answer;
    this.child = null;
    const number = watch.number();
    const what =
      ended || `the process ended (${child.signalCode ?? child.exitCode}): ${this.said.slice(-STDERR_SHOWN)}`;
    const first = "first" in task ? task.first : 0;
    return { done: number - first + 1, slowest: 0, bytes: 0, statuses: [0, 0, 0], fault: { number, what } };
  }

  /** Ends the process. */
  close(): void {
    this.child?.kill("SIGTERM");
    this.child = null;
  }

  private start(): ChildProcess {
    this.child = fork(this.program, ["--serve", this.progressFile], {
      execArgv: ["--enable-source-maps", `--max-old-space-size=${HEAP_MIB}`],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.said = "";
    this.child.stderr?.on("data", (piece: Buffer) => {
      this.said = (this.said + piece.toString("latin1")).slice(-STDERR_SHOWN);
    });
    return this.child;
  }
}

/** Looks at a process from outside: one that hangs says nothing itself. */
class ProgressWatch {
  private readonly pid: number;
  private readonly file: string;
  private last = "";
  private since = 0;

  constructor(pid: number, file: string) {
    this.pid = pid;
    this.file = file;
  }

  /** The input under way. */
  number(): number {
    return Number(this.text());
  }

  /** Why the process must end; null: it need not. */
  look(): string | null {
    const bytes = residentBytes(this.pid);
    if (bytes > INPUT_BYTES_MAX) return `${Math.round(bytes / 2 ** 20)} MiB held`;
    const text = this.text();
    const used = processorSeconds(this.pid);
    if (text !== this.last) {
      this.last = text;
      this.since = used;
    }
    return used - this.since > HANG_SECONDS ? `no end after ${HANG_SECONDS} s` : null;
  }

  private text(): string {
    try {
      return readFileSync(this.file, "utf8").trim();
    } catch {
      return "";
    }
  }
}

function residentBytes(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return pages * 4096;
  } catch {
    // Not Linux, or gone: the worker's own figure remains.
    return 0;
  }
}

/** Processor time of a process; where /proc does not tell, the time of day, which passes at least as fast. */
function processorSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return performance.now() / 1000;
  }
}
