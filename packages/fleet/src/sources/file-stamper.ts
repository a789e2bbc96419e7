import { LogOpenError } from "@xgt/hypercall-log";
import { FILES_STAMPED } from "../limits.ts";
import type { LogStamp } from "./log-stamp.ts";
import { PassingError } from "./passing-error.ts";
import { type LogPlaces, PlaceOpener } from "./place-opener.ts";
import { isRemote } from "./place-roots.ts";

/** Looks which states the files of runs are in. */
export class FileStamper {
  private readonly opener: PlaceOpener;
  /** Files that many runs name, such as those of domains. */
  private readonly known = new Map<string, Promise<LogStamp | null>>();
  /** Servers that did not answer once: they are not asked again. */
  private readonly silent = new Set<string>();

  constructor(places: LogPlaces) {
    this.opener = new PlaceOpener(places);
  }

  /** States by place in `names`; null: there is no such file, or nobody says. Undefined: of one of them nobody can tell now. */
  async stamps(names: readonly string[]): Promise<(LogStamp | null)[] | undefined> {
    try {
      return await Promise.all(names.map((name) => this.stamp(name)));
    } catch (error) {
      if (error instanceof PassingError) return undefined;
      throw error;
    }
  }

  private stamp(name: string): Promise<LogStamp | null> {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const stamp = this.look(name);
    if (this.known.size >= FILES_STAMPED) this.known.clear();
    this.known.set(name, stamp);
    return stamp;
  }

  private async look(name: string): Promise<LogStamp | null> {
    const server = isRemote(name) && URL.canParse(name) ? new URL(name).host : name;
    if (this.silent.has(server)) throw new PassingError(`${name}: the server has not answered before`);
    try {
      return await this.opener.stamp(name);
    } catch (error) {
      if (error instanceof LogOpenError) return null;
      if (error instanceof PassingError) this.silent.add(server);
      throw error;
    }
  }
}
