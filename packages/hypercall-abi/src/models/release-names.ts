import type { ReleaseSource } from "./data/release-models.ts";

/** Which bundled release a version string means. */
export interface NamedRelease {
  readonly nearest: string;
  /** The string names that very release. */
  readonly exact: boolean;
}

/** Names that people give to the development branch. */
const development = new Set(["master", "staging", "unstable"]);

/** Finds the release for "4.17", "4.17.3", "xen-4.17.7+13", "4.23-unstable", "master". */
export function releaseNamed(version: string, sources: readonly ReleaseSource[]): NamedRelease {
  const text = version.trim();
  const newest = sources[sources.length - 1];
  if (development.has(text)) return { nearest: newest.xen, exact: newest.xen === "master" };
  const wanted = numberOf(text);
  if (wanted === undefined) {
    return { nearest: sources.filter((s) => s.xen !== "master").at(-1)?.xen ?? newest.xen, exact: false };
  }
  let best = sources[0];
  for (const source of sources) {
    const has = numberOf(source.build)!;
    if (has === wanted) return { nearest: source.xen, exact: true };
    if (has < wanted) best = source;
  }
  return { nearest: best.xen, exact: false };
}

/** Major and minor number as one number that can be compared. */
function numberOf(version: string): number | undefined {
  const match = /^(?:xen-|RELEASE-|v)?([0-9]{1,4})\.([0-9]{1,4})(?![0-9])/i.exec(version);
  return match === null ? undefined : Number(match[1]) * 10_000 + Number(match[2]);
}
