import { json } from "./json.ts";
import { ndjson } from "./ndjson.ts";
import type { Sink } from "./sink.ts";
import { text } from "./text.ts";

/** Every output format for findings, in the order in which help lists them. */
export const sinks: readonly Sink[] = [text, json, ndjson];
