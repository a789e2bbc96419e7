import type { Abi, ArchitectureName, Mode } from "../../model/model.ts";

/** Where a bundled release came from. */
export interface ReleaseSource {
  /** "4.17", "master". */
  readonly xen: string;
  /** What its makefile says: "4.17.7", "4.23-unstable". */
  readonly build: string;
  /** Commit of the tree, or what else identifies it. */
  readonly commit: string;
}

/** The views of one release that are bundled, in the order of their bits. */
export const bundledViews: readonly { readonly arch: ArchitectureName; readonly mode: Mode }[] = [
  { arch: "arm64", mode: "tools" },
  { arch: "arm64", mode: "guest" },
  { arch: "arm32", mode: "tools" },
  { arch: "arm32", mode: "guest" },
  { arch: "x86_64", mode: "tools" },
  { arch: "x86_64", mode: "guest" },
];

/** All models of one release: one per bundled view, of those whose architecture its headers know. */
export interface ReleaseModels {
  /** The release. */
  readonly source: ReleaseSource;
  /** In the order of `bundledViews`. */
  readonly models: readonly Abi[];
}

/** A release as the data modules hold it. */
export interface EncodedRelease extends ReleaseSource {
  /** Deflated, base64: see encode-models.ts. */
  readonly index: string;
}

/** Beginning of a release's index, as JSON on one line. */
export interface ReleaseHead {
  /** One per view; null: the headers do not know the architecture. */
  readonly interfaceVersions: readonly (number | null)[];
  /** One list per view, or null likewise. */
  readonly headers: readonly (readonly string[] | null)[];
  /** Declarations that do not fit the columns: pool number, line, views. In order of pool number. */
  readonly extra: readonly (readonly [number, number, number])[];
}
