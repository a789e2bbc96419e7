import type { Change } from "../diff/change.ts";

/** How far a copy is from one release. */
export interface AuditRank {
  /** The release. */
  readonly xen: string;
  /** Declarations that the copy and the release have alike. */
  readonly same: number;
  /** Structs and unions that both have, alike or not. */
  readonly structs: number;
  /** Structs and constants that both have, and that differ in layout or value. */
  readonly different: number;
  /** Declarations that only the copy has. */
  readonly added: number;
  /** Declarations that the release has in headers that the copy has too. */
  readonly missing: number;
  /** The smaller the nearer. */
  readonly distance: number;
}

/** A declaration of the copy that is not as in the nearest release. */
export interface AuditDrift {
  /** From the nearest release to the copy. */
  readonly change: Change;
  /** Releases that have it as the copy does. */
  readonly asIn: readonly string[];
  /** For a name that no release has: one that is nearly the same. */
  readonly meant?: string;
}

/** Which releases accept a control interface's version number of the copy. */
export interface AuditVersion {
  /** "XEN_DOMCTL_INTERFACE_VERSION". */
  readonly constant: string;
  /** The copy's, in decimal. */
  readonly value: string;
  /** Names of the releases that accept it, oldest first. */
  readonly releases: readonly string[];
}

/** What a file gets that includes the copy without saying which interface version it wants. */
export interface AuditDefault {
  /** `__XEN_INTERFACE_VERSION__` that it gets. */
  readonly interfaceVersion: number;
  /** The latest one that the copy knows. */
  readonly latest: number;
  /** Hypercalls whose number is another one then: by default, and at the latest version. */
  readonly hypercalls: readonly {
    readonly name: string;
    readonly byDefault: number;
    readonly latest: number;
  }[];
  /** Structs that have another layout then. */
  readonly structs: readonly string[];
}

/** A hand-kept copy of Xen's headers, held against every bundled release. */
export interface AuditReport {
  /** Of this form. */
  readonly version: 1;
  /** The folder of the copy. */
  readonly root: string;
  /** The architecture that it was read for. */
  readonly arch: string;
  /** Headers that were read, in that order. */
  readonly headers: readonly string[];
  /** null: the copy has no struct that a release could be told by. */
  readonly nearest: string | null;
  /** The releases that it was held against, oldest first. */
  readonly releases: readonly string[];
  /** Every release, nearest first. */
  readonly ranking: readonly AuditRank[];
  /** Differences from the nearest release; without one, what no release has alike. */
  readonly drift: readonly AuditDrift[];
  /** Names that the nearest release has in headers of the copy, and the copy has not; by header. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
  /** Such names that stand in the copy and are not read. */
  readonly standing: readonly string[];
  /** Why each of them is not read, with the place: "io/pciif.h:40: #ifdef CONFIG_PCI leaves it out". */
  readonly standingWhy: Readonly<Record<string, string>>;
  /** One for each control interface that the copy has. */
  readonly versions: readonly AuditVersion[];
  /** Releases that accept all control interfaces of the copy; empty when no release does. */
  readonly acceptedBy: readonly string[];
  /** The copy's version numbers are below those of the oldest bundled release, or above those of the newest. */
  readonly outside: "older" | "newer" | null;
  /** Undefined where a file gets the latest version without asking. */
  readonly byDefault: AuditDefault | undefined;
  /** What could not be read. */
  readonly diagnostics: number;
  /** Structs and unions that were read. */
  readonly structs: number;
  /** Something of it is in some release. */
  readonly isXens: boolean;
  /** So much could not be read that the rest does not speak for the copy. */
  readonly partlyRead: boolean;
  /** The architecture that its files are for, when it is another one than was asked for; else null. */
  readonly otherArch: string | null;
  /** Declarations that ought to have been read: `file:line: name: reason`. */
  readonly unmodelled: readonly string[];
}
