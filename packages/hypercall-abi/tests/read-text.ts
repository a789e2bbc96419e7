import { HeaderReader, headerTreeOf, type ReadOptions, type ReadResult } from "../src/index.ts";

/** Reads headers given as text; a single text is `xen.h`. */
export function readText(
  files: string | Readonly<Record<string, string>>,
  options: Partial<ReadOptions> = {},
): ReadResult {
  const texts = typeof files === "string" ? { "xen.h": files } : files;
  const reader = new HeaderReader(headerTreeOf("test", Object.entries(texts)));
  return reader.read({ xen: "test", arch: "arm64", mode: "tools", ...options });
}

/** `file:line:column message` of every diagnostic. */
export function placesOf(result: ReadResult): string[] {
  return result.diagnostics.map(
    (d) => `${d.file}:${d.line}:${d.column} ${d.message}; expected ${d.expected}`,
  );
}

/** Value and type of a constant as text, or undefined. */
export function constantText(result: ReadResult, name: string): string | undefined {
  const constant = result.abi.constants[name];
  return constant === undefined ? undefined : `${constant.value} ${constant.type}`;
}
