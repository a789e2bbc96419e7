/** A manifest or a file of summaries that cannot be used; the message says which line, and why. */
export class FleetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FleetError";
  }
}
