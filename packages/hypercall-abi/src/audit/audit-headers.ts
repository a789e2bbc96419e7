import type { Change } from "../diff/change.ts";
import { similarity } from "../diff/compare-constants.ts";
import { diffAbi } from "../diff/diff-abi.ts";
import { newestRelease } from "../facts/xen-release.ts";
import { type HeaderTree, OVER_SIZE } from "../headers/preprocess/header-tree.ts";
import { type GivenNames, HeaderReader } from "../headers/read-headers.ts";
import type { Abi, ArchitectureName } from "../model/model.ts";
import { isUnread } from "../model/unread.ts";
import { loadModel, modelsOf } from "../models/load-model.ts";
import type { AuditDefault, AuditDrift, AuditReport, AuditVersion } from "./audit-report.ts";
import { withUnions } from "./copied-unions.ts";
import { namesIn, rankRelease } from "./rank-releases.ts";
import { rustCopy } from "./rust-copy.ts";
import { sameStruct } from "./same-bytes.ts";
import { reasonsUnread, type Standing, standingNames } from "./standing-names.ts";

/** How a copy is read. */
export interface AuditOptions extends GivenNames {
  /** The architecture whose models it is held against. */
  readonly arch: ArchitectureName;
}

/** Interfaces whose every call carries the version, and is refused with another one. */
const controlVersions = ["XEN_DOMCTL_INTERFACE_VERSION", "XEN_SYSCTL_INTERFACE_VERSION"];

/** How like a name of a release a name must be to be called a misspelling. */
const misspellingSimilarityMin = 0.9;

/** Holds somebody's copy of Xen's headers against every bundled release: which it is nearest to, and where it drifted. */
export function auditHeaders(tree: HeaderTree, options: AuditOptions): AuditReport {
  return audit(tree, options, (abi) => abi);
}

/** The same for a copy in Rust, hand-kept or made by bindgen: modules by path. */
export function auditRust(
  root: string,
  modules: ReadonlyMap<string, string>,
  options: AuditOptions,
): AuditReport {
  const { tree, placed } = rustCopy(root, modules, options.arch, auditedModels(options.arch));
  const report = audit(tree, options, placed);
  // A module's names are its own: one that no release has is no misspelling of Xen's.
  return { ...report, drift: report.drift.map(({ change, asIn }) => ({ change, asIn })) };
}

function audit(tree: HeaderTree, options: AuditOptions, placed: (abi: Abi) => Abi): AuditReport {
  const { arch, ...given } = options;
  const reader = new HeaderReader(tree);
  const atLatest = { lockInterfaceVersion: true, ...given };
  const tools = reader.read({ xen: "copy", arch, mode: "tools", ...atLatest });
  const guest = reader.read({ xen: "copy", arch, mode: "guest", ...atLatest });
  const plain = reader.read({ xen: "copy", arch, mode: "guest", interfaceVersion: "default", ...given });
  const copy = placed(tools.abi);
  const headers = new Set(copy.headers);
  const models = auditedModels(arch);
  const names = models.map(({ xen }) => xen);
  const ranking = models
    .map((release) => rankRelease(copy, release, headers))
    .sort((a, b) => a.distance - b.distance || names.indexOf(b.xen) - names.indexOf(a.xen));
  const best = ranking[0];
  const release = models[names.indexOf(best.xen)];
  // Numbers alone are much the same in all releases: they tell none.
  const nearest = best.structs > 0 ? best.xen : null;
  const versions = versionsOf(copy, models);
  const changes = diffAbi({ tools: release }, { tools: copy }).changes.map((change) =>
    ofCopy(change, release, copy),
  );
  const drift = driftOf(changes, copy, release, models);
  const absent = absentNames(copy, release, headers, tree);
  const unread = copy.unmodelled.filter(isUnread);
  const structs = Object.keys(copy.structs).length;
  const standingWhy = reasonsUnread(absent.standing, tree, tools);
  const unreadLines = [
    ...unread.map((u) => `${u.file}:${u.line}: ${u.name}: ${u.reason}`),
    ...hiddenStructs(standingWhy),
  ];
  // dom0_ops.h and the like refuse everybody; a copy whose xen.h does is not read at all.
  const refused = tools.skipped.filter(
    ({ file, reason }) => reason === OVER_SIZE || (file === "xen.h" && reason.startsWith("#error")),
  );
  return {
    version: 1,
    root: tree.root,
    arch,
    headers: copy.headers,
    nearest,
    releases: names,
    ranking,
    drift: nearest === null ? drift.filter(({ asIn }) => asIn.length === 0) : drift,
    missing: nearest === null ? {} : absent.missing,
    standing: [...absent.standing.keys()],
    standingWhy,
    versions,
    acceptedBy: names.filter((xen) => versions.every((v) => v.releases.includes(xen))),
    outside: outsideOf(copy, models),
    byDefault: defaultOf(plain.abi, guest.abi),
    diagnostics: tools.diagnosticCount,
    structs,
    isXens: ranking.some(({ same, different }) => same + different > 0) || unread.some(isNamedIn(models)),
    partlyRead: refused.length > 0 || unreadLines.length > UNREAD_SHARE_MAX * (structs + unreadLines.length),
    otherArch: otherArchOf(tree, arch),
    unmodelled: [...refused.map(({ file, reason }) => `${file}: ${reason}`), ...unreadLines],
  };
}

/** Share of declarations that a report may leave unread and still speak for the copy. */
const UNREAD_SHARE_MAX = 0.1;

/** The models that a copy is held against. Throws UnknownModelError for an architecture of which none is bundled. */
function auditedModels(arch: ArchitectureName): Abi[] {
  const models = modelsOf(arch, "tools");
  return models.length > 0 ? models : [loadModel(newestRelease, arch, "tools")];
}

function isNamedIn(models: readonly Abi[]): (unread: { readonly name: string }) => boolean {
  return ({ name }) => models.some((m) => Object.hasOwn(m.structs, name));
}

/** The architecture that the copy's own folders and files are for, where it is not the one that was asked for. */
function otherArchOf(tree: HeaderTree, arch: ArchitectureName): ArchitectureName | null {
  const paths = [...tree.files.keys()];
  const isArm = arch.startsWith("arm");
  const [own, other] = isArm
    ? [/(?:^|\/)arch-arm/, /(?:^|\/)arch-x86|x86_64/]
    : [/(?:^|\/)arch-x86|x86_64/, /(?:^|\/)arch-arm/];
  if (paths.some((path) => own.test(path)) || !paths.some((path) => other.test(path))) return null;
  return isArm ? "x86_64" : "arm64";
}

/** A change of a struct as what a copy does of it. */
function ofCopy(change: Change, release: Abi, copy: Abi): Change {
  if (change.subject !== "struct" || change.fields === undefined) return change;
  return { ...change, fields: withUnions(change.fields, release, change.name, copy, change.name) };
}

/** What the copy has and the nearest release has not, or has differently. What it lacks is told apart. */
function driftOf(changes: readonly Change[], copy: Abi, nearest: Abi, models: readonly Abi[]): AuditDrift[] {
  const drift: AuditDrift[] = [];
  for (const change of changes) {
    if (change.change === "removed" || change.subject === "typedef") continue;
    if (change.change === "changed" && change.type !== undefined && change.value?.[0] === change.value?.[1])
      continue;
    const name = change.to ?? change.name;
    const asIn = models.filter((m) => hasAlike(m, copy, change, name)).map((m) => m.xen);
    const meant =
      change.change === "added" && asIn.length === 0
        ? meantName(name, change.subject, nearest, copy)
        : undefined;
    drift.push(meant === undefined ? { change, asIn } : { change, asIn, meant });
  }
  return drift;
}

/** Whether a release has what the copy calls `name`. */
function hasAlike(release: Abi, copy: Abi, { subject, name: theirs }: Change, name: string): boolean {
  if (subject === "struct")
    return Object.hasOwn(release.structs, theirs) && sameStruct(release, copy, theirs, name);
  if (subject === "string") return release.strings[name] === copy.strings[name];
  if (subject === "macro") {
    const tokens = codeOf(release, name);
    return tokens !== undefined && tokens === codeOf(copy, name);
  }
  return (
    Object.hasOwn(release.constants, name) && release.constants[name].value === copy.constants[name].value
  );
}

/** Digest of a macro that is code; undefined where there is none of that name. */
function codeOf(abi: Abi, name: string): string | undefined {
  return abi.unmodelled.find((u) => u.name === name)?.tokens;
}

/** A name of the release that the copy lacks and that differs by a letter or two. */
function meantName(name: string, subject: Change["subject"], release: Abi, copy: Abi): string | undefined {
  const section = subject === "struct" ? "structs" : subject === "string" ? "strings" : "constants";
  return Object.keys(release[section]).find(
    (other) => !Object.hasOwn(copy[section], other) && isMisspelling(name, other),
  );
}

function isMisspelling(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= 2 && a !== b && similarity(a, b) >= misspellingSimilarityMin;
}

/** Names of the release, in headers that the copy has too, that its model lacks: gone, or standing there unread. */
function absentNames(
  copy: Abi,
  release: Abi,
  headers: ReadonlySet<string>,
  tree: HeaderTree,
): { missing: Record<string, string[]>; standing: Map<string, Standing> } {
  const missing: Record<string, string[]> = {};
  const standing = new Map<string, Standing>();
  const names = namesIn(release, headers);
  const stands = standingNames(tree);
  const note = (name: string, file: string, at: Standing | undefined): void => {
    if (at !== undefined) standing.set(name, at);
    else {
      missing[file] ??= [];
      missing[file].push(name);
    }
  };
  for (const key of names.structs)
    if (!Object.hasOwn(copy.structs, key)) note(key, release.structs[key].file, stands.structs.get(key));
  for (const name of names.constants)
    if (!Object.hasOwn(copy.constants, name))
      note(name, release.constants[name].file ?? "", stands.constants.get(name));
  return { missing, standing };
}

/** Structs that a condition hides, in the form of those that the reader refused. */
function hiddenStructs(standingWhy: Readonly<Record<string, string>>): string[] {
  return Object.entries(standingWhy).flatMap(([name, why]) => {
    const [, place, condition] = /^(.*:\d+): (#.* leaves it out)$/.exec(why) ?? [];
    return place !== undefined && /^(?:struct|union) /.test(name) ? [`${place}: ${name}: ${condition}`] : [];
  });
}

function versionsOf(copy: Abi, models: readonly Abi[]): AuditVersion[] {
  const versions: AuditVersion[] = [];
  for (const constant of controlVersions) {
    const value = copy.constants[constant]?.value;
    if (value === undefined) continue;
    const accepting = models.filter((m) => m.constants[constant]?.value === value).map((m) => m.xen);
    versions.push({ constant, value, releases: accepting });
  }
  return versions;
}

/** Version numbers only grow, so one below or above all says on which side of the bundled releases a copy is. */
function outsideOf(copy: Abi, models: readonly Abi[]): AuditReport["outside"] {
  const sides = [...controlVersions, "__XEN_LATEST_INTERFACE_VERSION__"].map((constant) => {
    const value = copy.constants[constant]?.value;
    const known = models.flatMap((m) => m.constants[constant]?.value ?? []).map(BigInt);
    if (value === undefined || known.length === 0) return 0;
    return known.every((k) => BigInt(value) < k) ? -1 : known.every((k) => BigInt(value) > k) ? 1 : 0;
  });
  return sides.includes(-1) ? "older" : sides.includes(1) ? "newer" : null;
}

function defaultOf(plain: Abi, guest: Abi): AuditDefault | undefined {
  if (plain.interfaceVersion === guest.interfaceVersion) return undefined;
  const hypercalls: { name: string; byDefault: number; latest: number }[] = [];
  for (const [name, latest] of Object.entries(guest.hypercalls)) {
    const byDefault = plain.hypercalls[name];
    if (byDefault !== undefined && byDefault !== latest) hypercalls.push({ name, byDefault, latest });
  }
  const structs = Object.keys(guest.structs).filter(
    (key) => Object.hasOwn(plain.structs, key) && !sameStruct(guest, plain, key),
  );
  return { interfaceVersion: plain.interfaceVersion, latest: guest.interfaceVersion, hypercalls, structs };
}
