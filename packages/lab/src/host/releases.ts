/** A Debian suite, whose kernel the lab can boot. */
export interface DebianSuite {
  /** "bookworm". */
  readonly suite: string;
  /** The suite has security updates in an archive of their own. */
  readonly security: boolean;
}

/** One Xen that Debian carries for arm64, with the kernel of the same suite. */
export interface LabRelease extends DebianSuite {
  /** "4.17". */
  readonly xen: string;
}

/** Every Xen that the lab can fetch, oldest first. */
export const labReleases: readonly LabRelease[] = [
  { xen: "4.17", suite: "bookworm", security: true },
  { xen: "4.20", suite: "trixie", security: true },
];

/** Every suite whose kernel the lab can fetch, those of the releases first. */
export const kernelSuites: readonly DebianSuite[] = [...labReleases, { suite: "sid", security: false }];
