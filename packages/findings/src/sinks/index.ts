import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { ndjson } from "./ndjson.ts";
import { sarif } from "./sarif.ts";
import type { Sink } from "./sink.ts";
import { text } from "./text.ts";

/** Every output format for findings, in the order in which help lists them. */
export const sinks: readonly Sink[] = [text, json, ndjson, sarif, junit, github, gitlab, markdown];
