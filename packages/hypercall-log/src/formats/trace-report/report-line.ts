import { FtraceLine } from "../ftrace/ftrace-line.ts";

const SPACE = 32;
const COLON = 58;

/**
 * As a line of tracefs, with the name of the buffer before it where trace-cmd recorded into one of its own:
 *
 *     two:        xgt-guest-361   [001]   200.465171: p2m:                  (ffff80000808d084) pfn=0x6d9be ...
 */
export class ReportLine extends FtraceLine {
  override parse(bytes: Uint8Array, start: number, end: number): boolean {
    if (!super.parse(bytes, start, end)) return false;
    let at = this.commStart;
    while (at < this.commEnd && bytes[at] !== COLON) at++;
    if (at + 1 >= this.commEnd || bytes[at + 1] !== SPACE) return true;
    at++;
    while (at < this.commEnd && bytes[at] === SPACE) at++;
    this.commStart = at;
    return true;
  }
}
