import type { Abi, ArchitectureName, Mode } from "../model/model.ts";
import { pool as packedPool } from "./data/pool.ts";
import { bundledViews, type ReleaseSource } from "./data/release-models.ts";
import { encodedReleases } from "./data/releases.ts";
import { decodeModel, decodePool, type Pool } from "./decode-models.ts";
import { releaseNamed } from "./release-names.ts";

/** No model of that release, architecture or mode is bundled. */
export class UnknownModelError extends Error {
  override readonly name = "UnknownModelError";
}

/** Releases that have a model, oldest first; "master" is the last. */
export const releases: readonly string[] = encodedReleases.map((r) => r.xen);

/** Where each bundled release came from. */
export const releaseSources: readonly ReleaseSource[] = encodedReleases.map(({ xen, build, commit }) => {
  return { xen, build, commit };
});

/** The newest release that is not a development branch. */
export const newestRelease: string = releases.filter((r) => r !== "master").at(-1) ?? "";

/**
 * The bundled release that a version string means, or the nearest one: "4.17.3" and "4.17.7-pre" are "4.17", what is newer
 * than all is "master", what is older is the oldest. Text that is no version is taken as the newest release.
 */
export function nearestRelease(version: string): string {
  return releaseNamed(version, encodedReleases).nearest;
}

let pool: Pool | undefined;
const loaded = new Map<string, Abi>();

/**
 * The model of a bundled release: "4.17" as well as "4.17.7+13", "master" or its coming number. The data is decoded at the
 * first call and kept. Throws UnknownModelError for a release that is not bundled: {@link nearestRelease} has the next best.
 */
export function loadModel(xen: string, arch: ArchitectureName, mode: Mode): Abi {
  const named = releaseNamed(xen, encodedReleases);
  if (!named.exact) {
    throw new UnknownModelError(
      `no model of Xen ${xen}; the nearest is ${named.nearest}, bundled are ${releases.join(", ")}`,
    );
  }
  const key = `${named.nearest} ${arch} ${mode}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  pool ??= decodePool(packedPool);
  const release = encodedReleases.find((r) => r.xen === named.nearest)!;
  const abi = decodeModel(release, pool, arch, mode);
  if (abi === undefined) {
    const views = bundledViews.map((v) => `${v.arch} ${v.mode}`).join(", ");
    throw new UnknownModelError(`no model for ${arch} ${mode}; bundled are ${views}`);
  }
  loaded.set(key, abi);
  return abi;
}
