import { architectureOf } from "../model/architecture.ts";
import type { Abi, ArchitectureName, Mode } from "../model/model.ts";
import { buildModel } from "./build-model.ts";
import { readTranslationUnit } from "./declarations/translation-unit.ts";
import { TypeReader } from "./declarations/type-reader.ts";
import { type HeaderTree, notAbi } from "./preprocess/header-tree.ts";
import { findInclude } from "./preprocess/include.ts";
import { type Macro, predefinedMacro } from "./preprocess/macro.ts";
import { Preprocessor } from "./preprocess/preprocess.ts";
import { type Diagnostic, Diagnostics } from "./tokens/diagnostics.ts";
import { type ScannedFile, scan } from "./tokens/scan.ts";
import { makeSourceFile } from "./tokens/source-file.ts";
import { makeToken, tokenEnd } from "./tokens/token.ts";

/** How headers are to be read. */
export interface ReadOptions {
  /** The release that the model is labelled with. */
  readonly xen: string;
  readonly arch: ArchitectureName;
  readonly mode: Mode;
  /** `__XEN_INTERFACE_VERSION__` for guest mode; without it the latest one of the headers. "default": none is given. */
  readonly interfaceVersion?: number | "default";
  /** Headers may not change that version: a hand-kept copy that sets its own is read at the latest one. */
  readonly lockInterfaceVersion?: boolean;
  /** More macros, as `-DNAME=VALUE`: a hand-kept copy may want its project's configuration. */
  readonly defines?: Readonly<Record<string, string>>;
}

/** A model and how reading went. */
export interface ReadResult {
  readonly abi: Abi;
  readonly diagnostics: readonly Diagnostic[];
  /** Diagnostics counted, kept or not. */
  readonly diagnosticCount: number;
  /** Headers that are in the folder and not in the model. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
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
    const scanned = scan(makeSourceFile(path, this.tree.files.get(path) ?? ""), diagnostics);
    const made = { scanned, diagnostics };
    this.scanned.set(path, made);
    return made;
  }
}

/** Compilers define these; the C dialect is GNU C11, as Xen's tools use. */
const compilerMacros: readonly (readonly [string, string])[] = [
  ["__GNUC__", "12"],
  ["__GNUC_MINOR__", "2"],
  ["__STDC__", "1"],
  ["__STDC_VERSION__", "201112L"],
];

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

  constructor(tree: HeaderTree, scanFile: (path: string) => Scanned, options: ReadOptions) {
    this.tree = tree;
    this.scan = scanFile;
    this.options = options;
    this.skipped = [...tree.leftOut];
    const arch = architectureOf(options.arch)!;
    const macros = [
      ...compilerMacros,
      ...arch.predefined,
      ...modeMacros(options),
      ...Object.entries(options.defines ?? {}),
    ];
    const find = findInclude(tree, (path) => this.enter(path));
    const predefined: Macro[] = macros.map(([name, value]) => predefinedMacro(name, value));
    const locked = options.lockInterfaceVersion ? [interfaceVersionMacro] : [];
    this.preprocessor = new Preprocessor(arch, { predefined, locked }, find, this.diagnostics);
    const start = makeToken(tokenEnd, "", makeSourceFile("<library>", ""), 0, true, true);
    this.reader = new TypeReader(arch, this.diagnostics, start);
  }

  finish(): ReadResult {
    let pending = this.candidates();
    for (let round = 1; pending.length > 0; round++) {
      const before = pending.length;
      const last = round === roundsMax;
      const later = pending.filter((path) => !this.header(path, last));
      // A round that settles nothing: the rest is read as it is, errors and all.
      if (later.length === before) {
        for (const path of later) this.header(path, true);
        break;
      }
      pending = later;
    }
    const { xen, mode } = this.options;
    const head = { xen, mode, headers: this.headers, files: [...this.files.values()] };
    const abi = buildModel(head, this.preprocessor, this.reader);
    const { list, count } = this.diagnostics;
    return { abi, diagnostics: list, diagnosticCount: count, skipped: this.skipped };
  }

  /** Headers of this architecture, xen.h first: the others lean on it. */
  private candidates(): string[] {
    const foreign = architectureOf(this.options.arch)!.foreignHeader;
    const paths: string[] = [];
    for (const [path, text] of this.tree.files) {
      const reason = foreign.test(path) ? "of another architecture" : notAbi(path, text);
      if (reason === undefined) paths.push(path);
      else this.skipped.push({ file: path, reason });
    }
    return paths.sort((a, b) => Number(b === "xen.h") - Number(a === "xen.h"));
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
      return true;
    }
    this.reader.pack = 0;
    readTranslationUnit(tokens, scanned.file, this.reader);
    const failed = this.diagnostics.list.slice(mark).some((d) => d.severity === "error");
    if (failed && !last) {
      this.diagnostics.rewind(mark);
      this.preprocessor.restore(macros);
      this.reader.tables.restore(types);
      return false;
    }
    this.headers.push(path);
    return true;
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
