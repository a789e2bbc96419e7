/** The first wish of the user that work ends: it may still report what it has. */
export class Interrupt {
  private readonly controller = new AbortController();
  private listeners = 0;

  /** Aborted once the work is to end. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Asks the work to end. False: what is under way does not listen, and has nothing to report. */
  ask(): boolean {
    this.controller.abort();
    return this.listeners > 0;
  }

  /** Does work that ends by itself, soon, once the signal is aborted. */
  async while<T>(work: () => Promise<T>): Promise<T> {
    this.listeners++;
    try {
      return await work();
    } finally {
      this.listeners--;
    }
  }
}
