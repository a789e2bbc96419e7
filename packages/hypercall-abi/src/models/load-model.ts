import { modelSources, nearestRelease, numberOf, releaseName } from "../facts/xen-release.ts";
import type { Abi, ArchitectureName, Mode } from "../model/model.ts";
import { pool as packedPool } from "./data/pool.ts";
import { bundledViews, type ReleaseSource } from "./data/release-models.ts";
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
  const source = modelSources.find((candidate) => candidate.xen === releaseName(number));
  if (source === undefined) {
    const oldest = modelSources[0].xen;
    const nearest = number !== null && number < (numberOf(oldest) ?? 0) ? oldest : nearestRelease(xen);
    throw new UnknownModelError(
      `no model of Xen ${xen}; the nearest is ${nearest}, bundled are ${modelSources.map((s) => s.xen).join(", ")}`,
    );
  }
  const abi = modelOf(source, arch, mode);
  if (abi !== undefined) return abi;
  if (bundledViews.some((v) => v.arch === arch && v.mode === mode))
    throw new UnknownModelError(`no model of Xen ${source.xen} for ${arch}: its headers do not know ${arch}`);
  const architectures = [...new Set(bundledViews.map((v) => v.arch))].join(", ");
  throw new UnknownModelError(
    `no model for ${arch} is bundled, only for ${architectures}; --headers and \`xgt abi import\` read a tree for ${arch}`,
  );
}

/** The models of all releases whose headers know an architecture, oldest first; none for one that is not bundled. */
export function modelsOf(arch: ArchitectureName, mode: Mode): Abi[] {
  return modelSources.flatMap((source) => modelOf(source, arch, mode) ?? []);
}

function modelOf(source: ReleaseSource, arch: ArchitectureName, mode: Mode): Abi | undefined {
  const key = `${source.xen} ${arch} ${mode}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  pool ??= decodePool(packedPool);
  const abi = decodeModel({ ...source, index: releaseIndexes[source.xen] }, pool, arch, mode);
  if (abi !== undefined) loaded.set(key, abi);
  return abi;
}
