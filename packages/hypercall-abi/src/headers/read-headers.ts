import { posix } from "node:path";
import { architectureOf } from "../model/architecture.ts";
import type { Abi, ArchitectureName, Mode } from "../model/model.ts";
import { buildModel } from "./build-model.ts";
import { readTranslationUnit } from "./declarations/translation-unit.ts";
import { TypeReader } from "./declarations/type-reader.ts";
import { customaryHeader, type TypeNames } from "./expressions/customary-types.ts";
import { type HeaderTree, notAbi } from "./preprocess/header-tree.ts";
import { findInclude } from "./preprocess/include.ts";
import { type Macro, predefinedMacro } from "./preprocess/macro.ts";
import { type LeftOutGroup, Preprocessor } from "./preprocess/preprocess.ts";
import { type Diagnostic, Diagnostics } from "./tokens/diagnostics.ts";
import { type ScannedFile, scan } from "./tokens/scan.ts";
import { makeSourceFile } from "./tokens/source-file.ts";
import { makeToken, sourceSpot, tokenEnd } from "./tokens/token.ts";

/** What headers may use without saying it themselves. */
export interface GivenNames {
  /** More macros, as `-DNAME=VALUE`: a hand-kept copy may want its project's configuration. `NAME(A, B)` takes arguments. */
  readonly defines?: Readonly<Record<string, string>>;
  /** Macros taken away after that, as `-UNAME`. */
  readonly undefines?: readonly string[];
  /** Whose names of integers (`u32`, `UINT32`) are known without a declaration; undefined: everybody's. */
  readonly types?: TypeNames;
}

/** How headers are to be read. */
export interface ReadOptions extends GivenNames {
  /** The release that the model is labelled with. */
  readonly xen: string;
  /** The architecture whose compiler reads them. */
  readonly arch: ArchitectureName;
  /** Who reads them. */
  readonly mode: Mode;
  /** `__XEN_INTERFACE_VERSION__` for guest mode; without it the latest one of the headers. "default": none is given. */
  readonly interfaceVersion?: number | "default";
  /** Headers may not change that version: a hand-kept copy that sets its own is read at the latest one. */
  readonly lockInterfaceVersion?: boolean;
}

/** A model and how reading went. */
export interface ReadResult {
  /** What could be read. */
  readonly abi: Abi;
  /** In the order of reading; bounded in number. */
  readonly diagnostics: readonly Diagnostic[];
  /** Diagnostics counted, kept or not. */
  readonly diagnosticCount: number;
  /** Every directive could be followed: what is lost was a declaration, and stands in `unmodelled`. */
  readonly isFollowed: boolean;
  /** Headers that are in the folder and not in the model. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** What conditions left out of the files that were read, by path, in order of offset. */
  readonly leftOut: ReadonlyMap<string, readonly LeftOutGroup[]>;
}

interface Scanned {
  readonly scanned: ScannedFile;
  readonly diagnostics: Diagnostics;
}

/** Headers of one tree, cut into tokens once for all architectures and modes. */
export class HeaderReader {
  private readonly tree: HeaderTree;
  private readonly scanned: Map<string, Scanned>;

  constructor(tree: HeaderTree) {
    this.tree = tree;
    this.scanned = new Map();
  }

  /** Reads the tree for one architecture and mode. Never throws on what the headers hold. */
  read(options: ReadOptions): ReadResult {
    return new Run(this.tree, (path) => this.scan(path), options).finish();
  }

  /** A reader of the same tree with other texts for some headers; what is cut already is shared. */
  withTexts(texts: Iterable<readonly [string, string]>): HeaderReader {
    const files = new Map(this.tree.files);
    const changed: string[] = [];
    for (const [path, text] of texts) {
      files.set(path, text);
      changed.push(path);
    }
    const reader = new HeaderReader({ ...this.tree, files });
    for (const [path, scanned] of this.scanned)
      if (!changed.includes(path)) reader.scanned.set(path, scanned);
    return reader;
  }

  private scan(path: string): Scanned {
    const known = this.scanned.get(path);
    if (known !== undefined) return known;
    const diagnostics = new Diagnostics();
    const scanned = scan(makeSourceFile(path, textOf(this.tree, path)), diagnostics);
    const made = { scanned, diagnostics };
    this.scanned.set(path, made);
    return made;
  }
}

function textOf({ files, around }: HeaderTree, path: string): string {
  return files.get(path) ?? around?.get(path) ?? "";
}

/** Compilers define these; the C dialect is GNU C11, as Xen's tools use. */
const compilerMacros: readonly (readonly [string, string])[] = [
  ["__GNUC__", "12"],
  ["__GNUC_MINOR__", "2"],
  ["__STDC__", "1"],
  ["__STDC_VERSION__", "201112L"],
];

/** Defined for tools alone, by trees of Xen that know it. */
const toolsHandle = "'XEN_GUEST_HANDLE_64'";

/** Rounds over headers that need others first; real trees need two. */
const roundsMax = 4;

class Run {
  private readonly tree: HeaderTree;
  private readonly scan: (path: string) => Scanned;
  private readonly options: ReadOptions;
  private readonly diagnostics = new Diagnostics();
  private readonly preprocessor: Preprocessor;
  private readonly reader: TypeReader;
  private readonly headers: string[] = [];
  private readonly files = new Map<string, ScannedFile>();
  private readonly skipped: { file: string; reason: string }[];
  private isFollowed = true;

  constructor(tree: HeaderTree, scanFile: (path: string) => Scanned, options: ReadOptions) {
    this.tree = tree;
    this.scan = scanFile;
    this.options = options;
    this.skipped = [...tree.leftOut];
    const arch = architectureOf(options.arch);
    const macros = [...compilerMacros, ...arch.predefined, ...modeMacros(options)];
    const find = findInclude(tree, options.arch, (path) => this.enter(path));
    const predefined: Macro[] = macros.map(([name, value]) => predefinedMacro(name, value));
    const locked = options.lockInterfaceVersion ? [interfaceVersionMacro] : [];
    this.preprocessor = new Preprocessor(arch, { predefined, locked }, find, this.diagnostics);
    const start = makeToken(tokenEnd, "", makeSourceFile("<library>", ""), 0, true, true);
    this.reader = new TypeReader(arch, this.diagnostics, start, options.types);
    this.given("<customary types>", customaryHeader(arch, options.types));
    this.given("<command line>", commandLineHeader(options));
  }

  /** Reads what is there before the first header: its macros and types are no part of the model. */
  private given(path: string, text: string): void {
    const scanned = scan(makeSourceFile(path, text), this.diagnostics);
    this.reader.isGiven = true;
    readTranslationUnit(this.preprocessor.run(scanned), scanned.file, this.reader);
    this.reader.isGiven = false;
    this.preprocessor.markPredefined();
  }

  finish(): ReadResult {
    let pending = this.candidates();
    for (let round = 1; pending.length > 0; round++) {
      const before = pending.length;
      const last = round === roundsMax;
      const later = pending.filter((path) => !this.header(path, last));
      // A round that settles nothing: the rest is read as it is, errors and all.
      if (later.length === before) {
        for (const path of this.includersFirst(later)) this.header(path, true);
        break;
      }
      pending = round + 1 === roundsMax ? this.includersFirst(later) : later;
    }
    const { xen, mode } = this.options;
    const head = { xen, mode, headers: this.headers, files: [...this.files.values()] };
    const abi = buildModel(head, this.preprocessor, this.reader);
    this.checkInterfaceVersion(abi);
    const { list, count } = this.diagnostics;
    const { isFollowed, skipped } = this;
    const { leftOut } = this.preprocessor;
    return { abi, diagnostics: list, diagnosticCount: count, isFollowed, skipped, leftOut };
  }

  /** Guests that ask for nothing else than what a tree sets get that: it ought to be the latest one. */
  private checkInterfaceVersion(abi: Abi): void {
    const { interfaceVersion, defines } = this.options;
    if (interfaceVersion !== undefined || Object.hasOwn(defines ?? {}, interfaceVersionMacro)) return;
    const latest = Number(abi.constants.__XEN_LATEST_INTERFACE_VERSION__?.value ?? abi.interfaceVersion);
    const at = this.preprocessor.macros.get(interfaceVersionMacro)?.at;
    if (abi.interfaceVersion === latest || at === undefined) return;
    this.diagnostics.warning(
      sourceSpot(at),
      `these headers ask for interface version ${hex(abi.interfaceVersion)}, which has other numbers and layouts`,
      `${hex(latest)}, the latest that they know; -D NAME=VALUE sets the macro that decides it`,
    );
  }

  /** Headers of this architecture, xen.h first: the others lean on it. */
  private candidates(): string[] {
    const foreign = architectureOf(this.options.arch).foreignHeader;
    const paths: string[] = [];
    for (const [path, text] of this.tree.files) {
      if (this.tree.only !== undefined && this.tree.only !== path) continue;
      const reason = foreign.test(path) ? "of another architecture" : notAbi(path, text);
      if (reason === undefined) paths.push(path);
      else this.skipped.push({ file: path, reason });
    }
    return paths.sort((a, b) => Number(b === "xen.h") - Number(a === "xen.h"));
  }

  /** A header that another one includes is read there first, in the company that it was written for. */
  private includersFirst(paths: readonly string[]): string[] {
    const included = (path: string): boolean =>
      paths.some((other) => other !== path && this.includes(other, path));
    return [...paths].sort((a, b) => Number(included(a)) - Number(included(b)));
  }

  private includes(header: string, path: string): boolean {
    const names = textOf(this.tree, header).matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm);
    return [...names].some(([, name]) => posix.join(posix.dirname(header), name) === path);
  }

  /** Reads one header; false when it has errors that headers not yet read may cure. */
  private header(path: string, last: boolean): boolean {
    const macros = this.preprocessor.checkpoint();
    const types = this.reader.tables.checkpoint();
    const mark = this.diagnostics.mark();
    const { scanned } = this.enterFile(path);
    const tokens = this.preprocessor.run(scanned);
    const refusal = this.preprocessor.refusals[0];
    if (refusal !== undefined) {
      this.diagnostics.rewind(mark);
      this.preprocessor.restore(macros);
      this.skipped.push({ file: path, reason: `#error ${refusal.text}` });
      if (path === "xen.h")
        this.diagnostics.error(
          refusal.at,
          `#error ${refusal.text}`,
          "headers that accept this architecture and mode",
        );
      this.isFollowed &&= path !== "xen.h";
      return true;
    }
    const lost = this.errorsSince(mark).length;
    this.reader.pack = 0;
    readTranslationUnit(tokens, scanned.file, this.reader);
    const errors = this.errorsSince(mark);
    const isForTools = this.options.mode === "guest" && errors.some((d) => d.message.includes(toolsHandle));
    if (errors.length > 0 && (isForTools || !last)) {
      this.diagnostics.rewind(mark);
      this.preprocessor.restore(macros);
      this.reader.tables.restore(types);
      // Xen 4.0 and 4.1 have such headers without the #error that the others have.
      if (isForTools && last)
        this.skipped.push({ file: path, reason: "for tools only: it uses XEN_GUEST_HANDLE_64" });
      return isForTools && last;
    }
    this.headers.push(path);
    this.isFollowed &&= lost === 0;
    return true;
  }

  private errorsSince(mark: number): Diagnostic[] {
    return this.diagnostics.list.slice(mark).filter((d) => d.severity === "error");
  }

  private enter(path: string): ScannedFile {
    return this.enterFile(path).scanned;
  }

  private enterFile(path: string): { scanned: ScannedFile } {
    const { scanned, diagnostics } = this.scan(path);
    this.diagnostics.adopt(diagnostics);
    this.files.set(path, scanned);
    return { scanned };
  }
}

/** What `-D` and `-U` say, as text in C. */
function commandLineHeader({ defines, undefines }: ReadOptions): string {
  const lines = Object.entries(defines ?? {}).map(([name, value]) => `#define ${name} ${value}\n`);
  return [...lines, ...(undefines ?? []).map((name) => `#undef ${name}\n`)].join("");
}

function hex(version: number): string {
  return `0x${version.toString(16).padStart(8, "0")}`;
}

const interfaceVersionMacro = "__XEN_INTERFACE_VERSION__";

function modeMacros(options: ReadOptions): [string, string][] {
  const tools: [string, string][] = options.mode === "tools" ? [["__XEN_TOOLS__", "1"]] : [];
  // Tools get the latest version from the headers themselves.
  if (options.mode === "tools" && !options.lockInterfaceVersion) return tools;
  const version = options.interfaceVersion;
  if (version === "default") return tools;
  const value = version === undefined ? "__XEN_LATEST_INTERFACE_VERSION__" : `0x${version.toString(16)}`;
  return [...tools, [interfaceVersionMacro, value]];
}
