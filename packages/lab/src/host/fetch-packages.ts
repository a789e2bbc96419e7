import { labCacheFolder, unpackGroup, unpackSuite } from "./package-cache.ts";
import { packageGroups } from "./package-groups.ts";
import type { LabRelease } from "./releases.ts";

/** What to have in the cache before a lab is used. */
export interface WantedPackages {
  /** Xen with the suite that it comes from. */
  readonly release: LabRelease;
  /** Names of package groups. */
  readonly groups: ReadonlySet<string>;
  /** Told of each step, one line. */
  readonly say: (text: string) => void;
}

/** Fetches what the cache lacks, so that labs made of it need no network. Throws LabError. */
export async function fetchPackages({ release, groups, say }: WantedPackages): Promise<void> {
  const cache = labCacheFolder();
  await unpackSuite(release, cache, say);
  for (const group of packageGroups) {
    if (groups.has(group.name)) await unpackGroup(group, release, cache, say);
  }
}
