/** One Xen that Debian carries for arm64, with the kernel of the same suite. */
export interface LabRelease {
  /** "4.17". */
  readonly xen: string;
  /** Debian suite that carries it. */
  readonly suite: string;
  /** The suite has security updates in an archive of their own. */
  readonly security: boolean;
}

/** Every Xen that the lab can fetch, oldest first. */
export const labReleases: readonly LabRelease[] = [
  { xen: "4.17", suite: "bookworm", security: true },
  { xen: "4.20", suite: "trixie", security: true },
];
