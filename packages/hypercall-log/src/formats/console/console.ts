import type { LogFormat } from "../log-format.ts";
import { ndjsonDialect } from "../ndjson/ndjson-dialect.ts";
import { ConsoleReader } from "./console-reader.ts";
import { sniffConsole } from "./sniff-console.ts";

/**
 * What a console or a terminal program captured, with a recorder's JSON lines in it. Each of these holds the same event:
 *
 *     {"n":7,"t":0.85,"ev":"ungrant","ref":8}
 *     (d1) {"n":7,"t":0.85,"ev":"ungrant","ref":8}
 *     (XEN) [2026-11-30 10:00:00] DOM1: {"n":7,"t":0.85,"ev":"ungrant","ref":8}
 *     [2026-11-30 10:00:00.001] (d1) {"n":7,"t":0.85,"ev":"ungrant","ref":8}
 *
 * Xen's lines of the same console say which domains there are, where the recorder's header does not.
 */
export const console: LogFormat = {
  name: "console",
  title: "console capture with JSON lines in it",
  placeUnit: "line",
  sniff: sniffConsole,
  open: (context) => new ConsoleReader(context, () => ndjsonDialect(context)),
};
