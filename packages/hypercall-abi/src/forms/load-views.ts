import { readFileSync, statSync } from "node:fs";
import type { AbiViews } from "../diff/diff-abi.ts";
import { modelSources } from "../facts/xen-release.ts";
import { readHeaderTree } from "../headers/preprocess/header-tree.ts";
import { type GivenNames, HeaderReader } from "../headers/read-headers.ts";
import { type Diagnostic, formatDiagnostic } from "../headers/tokens/diagnostics.ts";
import type { ArchitectureName } from "../model/model.ts";
import { loadModel } from "../models/load-model.ts";
import { ModelFileError, readModelFile } from "./model-file.ts";

/** An interface that a user named, and how reading it went. */
export interface LoadedViews {
  /** The models, one per view that is there. */
  readonly views: AbiViews;
  /** What of a header tree could not be read; empty for bundled models and model files. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Finds what a user calls an interface: a bundled release ("4.17", "master"), a folder with headers, a header, or a model
 * file. `given` says what headers may use without declaring it. Throws HeaderTreeError, ModelFileError or UnknownModelError, each with what to do.
 */
export function loadViews(what: string, arch: ArchitectureName, given: GivenNames = {}): LoadedViews {
  const info = statSync(what, { throwIfNoEntry: false });
  if (info?.isDirectory() || (info?.isFile() && what.endsWith(".h"))) return viewsOfTree(what, arch, given);
  if (info?.isFile()) {
    const abi = readModelFile(readFileSync(what, "utf8"));
    if (abi.arch !== arch)
      throw new ModelFileError(`${what}: a model for ${abi.arch}, not ${arch}; give --arch ${abi.arch}`);
    return { views: { [abi.mode]: abi }, diagnostics: [] };
  }
  if (!modelSources.some(({ xen }) => xen === what) && /[/\\]|\.json$/.test(what)) {
    throw new ModelFileError(
      `${what}: no such file or folder; give a release, a model file or a folder with headers`,
    );
  }
  return {
    views: { tools: loadModel(what, arch, "tools"), guest: loadModel(what, arch, "guest") },
    diagnostics: [],
  };
}

function viewsOfTree(folder: string, arch: ArchitectureName, given: GivenNames): LoadedViews {
  const reader = new HeaderReader(readHeaderTree(folder));
  const tools = reader.read({ xen: folder, arch, mode: "tools", ...given });
  const guest = reader.read({ xen: folder, arch, mode: "guest", ...given });
  const told = new Set(tools.diagnostics.map(formatDiagnostic));
  const only = guest.diagnostics.filter((diagnostic) => !told.has(formatDiagnostic(diagnostic)));
  return { views: { tools: tools.abi, guest: guest.abi }, diagnostics: [...tools.diagnostics, ...only] };
}
