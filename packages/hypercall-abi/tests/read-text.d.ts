import { type ReadOptions, type ReadResult } from "../src/index.ts";
/** Reads headers given as text; a single text is `xen.h`. */
export declare function readText(
  files: string | Readonly<Record<string, string>>,
  options?: Partial<ReadOptions>,
): ReadResult;
/** `file:line:column message` of every diagnostic. */
export declare function placesOf(result: ReadResult): string[];
/** Value and type of a constant as text, or undefined. */
export declare function constantText(result: ReadResult, name: string): string | undefined;
