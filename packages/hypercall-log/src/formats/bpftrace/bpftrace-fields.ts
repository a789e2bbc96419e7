import { BPFTRACE_ELEMENTS_MAX } from "../../limits.ts";
import { FtraceFields, WordList } from "../probes/ftrace-fields.ts";

/** Words that come one after the other, from the first on. */
class WordsInOrder extends WordList {
  constructor() {
    super(BPFTRACE_ELEMENTS_MAX);
  }

  override get whole(): number {
    return this.length;
  }

  fill(values: readonly bigint[]): void {
    this.clear();
    for (const value of values) {
      if (this.length === BPFTRACE_ELEMENTS_MAX) return;
      this.words[2 * this.length] = Number(BigInt.asIntN(32, value));
      this.words[2 * this.length + 1] = Number(BigInt.asIntN(32, value >> 32n));
      this.length++;
    }
  }
}

/** The members of a call's half, filled from numbers instead of a line's text. */
export class BpftraceFields extends FtraceFields {
  override readonly args = new WordsInOrder();
  override readonly list = new WordsInOrder();
  override readonly words = new WordsInOrder();
  override readonly idxs = new WordsInOrder();
  override readonly gpfns = new WordsInOrder();
  override readonly errs = new WordsInOrder();

  /** The frames of an acquire_resource, whose lines are those of any list. */
  get frames(): WordList {
    return this.list;
  }

  /** Sets a scalar. */
  put(scalar: number, value: bigint): void {
    this.set(scalar, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }
}
