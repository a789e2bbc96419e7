import { LabError } from "../host/lab-error.ts";

/** The kernel, or Xen, gave up while a scenario ran: what it did is at fault, not the lab. */
export class GuestPanic extends LabError {
  /** All that the console showed. */
  readonly console: string;

  constructor(message: string, said: readonly string[], console: string) {
    super(message, said);
    this.console = console;
  }
}
