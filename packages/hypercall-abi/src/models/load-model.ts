import { nearestRelease, numberOf, releaseName, releaseSources, releases } from "../facts/xen-release.ts";
import type { Abi, ArchitectureName, Mode } from "../model/model.ts";
import { pool as packedPool } from "./data/pool.ts";
import { bundledViews } from "./data/release-models.ts";
import { releaseIndexes } from "./data/releases.ts";
import { decodeModel, decodePool, type Pool } from "./decode-models.ts";

/** No model of that release, architecture or mode is bundled. */
export class UnknownModelError extends Error {
  override readonly name = "UnknownModelError";
}

let pool: Pool | undefined;
const loaded = new Map<string, Abi>();

/**
 * The model of a bundled release: "4.17" as well as "4.17.7+13", "master" or its coming number. The data is decoded at the
 * first call and kept. Throws UnknownModelError for a release that is not bundled: {@link nearestRelease} has the next best.
 */
export function loadModel(xen: string, arch: ArchitectureName, mode: Mode): Abi {
  const number = numberOf(xen);
  const source = releaseSources.find((candidate) => candidate.xen === releaseName(number));
  if (source === undefined) {
    throw new UnknownModelError(
      `no model of Xen ${xen}; the nearest is ${nearestRelease(xen)}, bundled are ${releases.join(", ")}`,
    );
  }
  const key = `${source.xen} ${arch} ${mode}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  pool ??= decodePool(packedPool);
  const abi = decodeModel({ ...source, index: releaseIndexes[source.xen] }, pool, arch, mode);
  if (abi === undefined) {
    const views = bundledViews.map((v) => `${v.arch} ${v.mode}`).join(", ");
    throw new UnknownModelError(`no model for ${arch} ${mode}; bundled are ${views}`);
  }
  loaded.set(key, abi);
  return abi;
}
