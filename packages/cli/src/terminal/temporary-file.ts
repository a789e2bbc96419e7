import { closeSync, fchmodSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Temporary files that are not renamed yet. */
const unfinished = new Set<string>();

/** Takes away what an interrupted run would leave behind. */
export function removeUnfinishedFiles(): void {
  for (const path of unfinished) rmSync(path, { force: true });
  unfinished.clear();
}

/** A new file in the folder of another, whose name it takes once it is whole. */
export class TemporaryFile {
  /** File descriptor to write to and to close. */
  readonly file: number;
  private readonly target: string;
  private readonly path: string;

  /**
   * Creates the file: its name cannot be guessed, and nothing that lies there already is opened, a link least of all.
   * `mode`: permissions as the target has them; undefined: those of any new file.
   */
  constructor(target: string, mode: number | undefined) {
    this.target = target;
    this.path = join(dirname(target), `.xgt-${randomName()}.tmp`);
    this.file = openSync(this.path, "wx", mode);
    unfinished.add(this.path);
    // What the umask took away.
    if (mode !== undefined) fchmodSync(this.file, mode);
  }

  /** All is written and closed: the file takes the target's name, in place of what has it. */
  commit(): void {
    renameSync(this.path, this.target);
    unfinished.delete(this.path);
  }

  /** Takes the file away; the target is as it was. */
  discard(): void {
    rmSync(this.path, { force: true });
    unfinished.delete(this.path);
  }
}

/** Writes a file that nobody ever sees in part. `mode`: its permissions. Throws where it cannot be written. */
export function writeWhole(target: string, bytes: Uint8Array, mode: number): void {
  const temporary = new TemporaryFile(target, mode);
  try {
    try {
      writeFileSync(temporary.file, bytes);
    } finally {
      closeSync(temporary.file);
    }
    temporary.commit();
  } catch (error) {
    temporary.discard();
    throw error;
  }
}

/** Enough that nobody guesses the name. */
const NAME_BYTES = 12;

function randomName(): string {
  // Node loads what this needs when it is first used, where importing node:crypto would cost each start.
  return Buffer.from(crypto.getRandomValues(new Uint8Array(NAME_BYTES))).toString("hex");
}
