import { releaseList } from "../models/data/release-list.ts";
import type { ReleaseSource } from "../models/data/release-models.ts";

/**
 * A Xen release as a plain number, major * 1000 + minor: 4.17 is 4017. Releases compare as numbers. The development
 * branch ("master", "staging") has the number of its coming release.
 */
export type XenRelease = number;

/** A release as it is written: "4.17". */
export type ReleaseText = `${number}.${number}`;

/** No release of that name is known. The message lists those that are. */
export class UnknownReleaseError extends Error {
  override readonly name = "UnknownReleaseError";
}

const DEVELOPMENT = /^(?:xen-)?(?:master|staging|unstable)$/i;
/** "4.17", "4.17.3", "xen-4.17.3", "RELEASE-4.17.0", "4.20.3+127", "4.20.4-pre", "4.23-unstable", "Xen 4.17". */
const NUMBERED = /^(?:xen[- ]|RELEASE-|stable-|staging-|v)?([0-9]{1,3})\.([0-9]{1,3})(?:[^0-9A-Za-z].*)?$/i;

/** The first release whose behaviour is known here. Of older ones there is a model of the interface, and no more. */
const FIRST_RELEASE: XenRelease = 4011;

/** Where each release that has a bundled model came from, oldest first. */
export const modelSources: readonly ReleaseSource[] = releaseList;

/** Where each release whose behaviour is known came from, oldest first. */
export const releaseSources: readonly ReleaseSource[] = releaseList.filter(
  ({ build }) => (numberOf(build) ?? 0) >= FIRST_RELEASE,
);

/** Names of the releases whose behaviour is known, oldest first; "master" is the last. */
export const releases: readonly string[] = releaseSources.map(({ xen }) => xen);

/** The name of the newest release that is not the development branch. */
export const newestRelease: string = releases.filter((name) => name !== "master").at(-1) ?? "";

const numbers: readonly XenRelease[] = releaseSources.map(({ build }) => numberOf(build) ?? Number.NaN);

/** The number of the newest release that is not the development branch: 4022 for 4.22. */
export const NEWEST_RELEASE: XenRelease = numbers[releases.indexOf(newestRelease)];

/** The number of the development branch: that of the release that it will become. */
export const DEVELOPMENT_RELEASE: XenRelease = numbers[numbers.length - 1];

/** The release that a name of any form means, whether it is known here or not; null where the text is no such name. */
export function numberOf(text: string): XenRelease | null {
  const name = text.trim();
  if (DEVELOPMENT.test(name)) return DEVELOPMENT_RELEASE;
  const match = NUMBERED.exec(name);
  return match === null ? null : Number(match[1]) * 1000 + Number(match[2]);
}

/** The known release that a name means; null for a release that is not known here and for text that names none. */
export function knownRelease(text: string): XenRelease | null {
  const number = numberOf(text);
  return number !== null && numbers.includes(number) ? number : null;
}

/** The release of an option's value. Throws UnknownReleaseError. */
export function parseRelease(text: string): XenRelease {
  const release = knownRelease(text);
  if (release === null) {
    throw new UnknownReleaseError(
      `${JSON.stringify(text)} is no Xen release that is known here: write ${listed(releases)}.`,
    );
  }
  return release;
}

/** What a log says about its Xen. */
export interface ReleaseReading {
  /** null: not known. */
  readonly release: XenRelease | null;
  /** Why the release is not known, to be told as a warning; null where it is. */
  readonly warning: string | null;
}

/**
 * The release that a log's header or a boot log names. An unknown one is no reason to drop what else stands there: domains
 * and RAM count, and what depends on the release stays undecided.
 */
export function readRelease(text: string): ReleaseReading {
  const release = knownRelease(text);
  if (release !== null) return { release, warning: null };
  const range = `${releases[0]} to ${newestRelease}, and master (${releaseNumbers(DEVELOPMENT_RELEASE)})`;
  const warning = `${JSON.stringify(text)} is no Xen release that is known here (${range}): the release is taken as not known`;
  return { release: null, warning };
}

/** The name that {@link releases} lists: "4.17", "master"; null is "unknown". */
export function releaseName(release: XenRelease | null): string {
  if (release === null) return "unknown";
  return releases[numbers.indexOf(release)] ?? releaseNumbers(release);
}

/** "4.17" of 4017, "4.23" of the development branch: what a log's header says, whatever becomes of the branch. */
export function releaseNumbers(release: XenRelease): ReleaseText {
  return `${Math.floor(release / 1000)}.${release % 1000}`;
}

const firsts = new Map<ReleaseText, XenRelease>();

/** Whether the release is `first` ("4.17") or later; null where it is not known. */
export function since(release: XenRelease | null, first: ReleaseText): boolean | null {
  if (release === null) return null;
  let number = firsts.get(first);
  if (number === undefined) {
    number = numberOf(first) ?? Number.NaN;
    firsts.set(first, number);
  }
  return release >= number;
}

/**
 * The bundled release that a version string means, or the nearest one: "4.17.3" and "4.17.7-pre" are "4.17", what is newer
 * than all is "master", what is older is the oldest. Text that is no version is taken as the newest release.
 */
export function nearestRelease(version: string): string {
  const wanted = numberOf(version);
  if (wanted === null) return newestRelease;
  return releases[numbers.findLastIndex((number) => number <= wanted)] ?? releases[0];
}

/** "a, b or c". */
function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names[names.length - 1]}`;
}
