import type { FuzzTarget } from "./fuzz-input.ts";
import { READER_SHARE } from "./limits.ts";
import { mutateBytes } from "./mutate-bytes.ts";

const FILE = "input";

/**
 * A reader of one file, with changed bytes of good ones.
 * @param read Whether the reader took the bytes for whole; throws where it throws what it may not, or contradicts itself.
 */
export function readerTarget(
  name: string,
  seeds: readonly Uint8Array[],
  read: (bytes: Uint8Array) => boolean,
): FuzzTarget {
  return {
    name,
    make: (random) => {
      return { args: [], files: new Map([[FILE, mutateBytes(random.pick(seeds), seeds, random)]]) };
    },
    share: READER_SHARE,
    read: ({ files }) => read(files.get(FILE) ?? new Uint8Array()),
  };
}
