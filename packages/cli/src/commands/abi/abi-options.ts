import { printable, visibleJson } from "@xgt/findings";
import {
  type Abi,
  type ArchitectureName,
  architectures,
  type Diagnostic,
  formatDiagnostic,
  type GivenNames,
  HeaderReader,
  HeaderTreeError,
  loadModel,
  type Mode,
  ModelFileError,
  ModelLookupError,
  newestRelease,
  type ReadResult,
  readHeaderTree,
  type TypeNames,
  typeNameSets,
  UnknownModelError,
  ViewMismatchError,
} from "@xgt/hypercall-abi";
import { InvalidArgumentError, Option } from "commander";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { type OutputCheck, openOutput } from "../../terminal/output-file.ts";

/** Diagnostics shown of one header tree; the rest is counted. */
const DIAGNOSTICS_SHOWN = 50;

/** What compilers, kernels and Xen itself call the architectures. */
const OTHER_NAMES: ReadonlyMap<string, ArchitectureName> = new Map([
  ["aarch64", "arm64"],
  ["armv8", "arm64"],
  ["arm", "arm32"],
  ["armhf", "arm32"],
  ["armv7", "arm32"],
  ["armv7l", "arm32"],
  ["amd64", "x86_64"],
  ["x86-64", "x86_64"],
  ["x86", "x86_32"],
  ["i386", "x86_32"],
  ["i686", "x86_32"],
]);

/** `--arch`, arm64 unless said. */
export function archOption(): Option {
  const names = architectures.map((architecture) => architecture.name);
  return new Option("--arch <ARCH>", "architecture")
    .choices(names)
    .argParser((text) => {
      if (names.some((name) => name === text)) return text;
      const ours = OTHER_NAMES.get(text.toLowerCase());
      throw new InvalidArgumentError(
        ours === undefined ? `Allowed choices are ${names.join(", ")}.` : `Here it is called ${ours}.`,
      );
    })
    .default("arm64");
}

/** `--guest` and `--tools`. */
export function modeOptions(): Option[] {
  return [
    new Option("--guest", "what a guest sees: no domctl, sysctl").conflicts("tools"),
    new Option("--tools", "what the toolstack sees (__XEN_TOOLS__); the default"),
  ];
}

/** `-D`, `-U` and `--types`: what headers may use without declaring it. */
export function givenOptions(command: string): Option[] {
  const define = (text: string, earlier: Record<string, string>): Record<string, string> => {
    const match = /^([A-Za-z_]\w*(?:\([\w, .]*\))?)(?:=(.*))?$/.exec(text);
    if (match === null)
      throw new UsageError(command, `-D ${text}: needs NAME, NAME=VALUE or 'NAME(A)=VALUE' in one line`);
    return { ...earlier, [match[1]]: match[2] ?? "1" };
  };
  const undefine = (text: string, earlier: string[]): string[] => {
    if (!/^[A-Za-z_]\w*$/.test(text)) throw new UsageError(command, `-U ${text}: needs a name`);
    return [...earlier, text];
  };
  return [
    new Option(
      "-D, --define <NAME=VALUE>",
      "a macro or type that the headers' project defines; may be repeated",
    )
      .argParser(define)
      .default({}, "none"),
    new Option("-U, --undefine <NAME>", "a macro that it does not define; may be repeated")
      .argParser(undefine)
      .default([], "none"),
    new Option(
      "--types <SET>",
      "whose integer names are known: u32 of Linux, UINT32 of Windows; both unless said",
    ).choices(typeNameSets),
  ];
}

/** What {@link givenOptions} were given. */
export interface GivenChoice {
  define: Record<string, string>;
  undefine: string[];
  types?: TypeNames;
}

/** The same as the ABI library takes it. */
export function givenNames({ define, undefine, types }: GivenChoice): GivenNames {
  return { defines: define, undefines: undefine, ...(types === undefined ? {} : { types }) };
}

/** Options that choose one model. */
export interface ModelChoice {
  xen?: string;
  arch: ArchitectureName;
  guest?: boolean;
  tools?: boolean;
}

function modeOf(options: ModelChoice): Mode {
  return options.guest === true ? "guest" : "tools";
}

/** A bundled model; the newest release unless one is named. Throws CliError. */
export function bundledModel(options: ModelChoice): Abi {
  return asCliErrors(() => loadModel(options.xen ?? newestRelease, options.arch, modeOf(options)));
}

/** A model of a header tree, with what the reader could not read. Throws CliError. */
export function importedModel(folder: string, xen: string, options: ModelChoice & GivenChoice): ReadResult {
  const { arch } = options;
  return asCliErrors(() =>
    new HeaderReader(readHeaderTree(folder)).read({
      xen,
      arch,
      mode: modeOf(options),
      ...givenNames(options),
    }),
  );
}

/** Turns what the ABI library says of wrong input into errors of the command line; the help of `command` is named. */
export function asCliErrors<T>(work: () => T, command = "xgt abi show"): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnknownModelError) throw new UsageError(command, error.message);
    const known = [HeaderTreeError, ModelFileError, ModelLookupError, ViewMismatchError];
    if (known.some((kind) => error instanceof kind)) throw new CliError((error as Error).message);
    throw error;
  }
}

/** Says on stderr what of a header tree could not be read. True where something is an error. */
export async function showDiagnostics(diagnostics: readonly Diagnostic[], io: Io): Promise<boolean> {
  const palette = paletteFor("auto", io.stderr, io);
  for (const diagnostic of diagnostics.slice(0, DIAGNOSTICS_SHOWN)) {
    const lines = formatDiagnostic(diagnostic).replaceAll("\t", " ").split("\n");
    await io.stderr.write(lines.map((line) => `${printable(line)}\n`).join(""));
  }
  const hidden = diagnostics.length - DIAGNOSTICS_SHOWN;
  if (hidden > 0) await io.stderr.write(messageLine("warning", `${hidden} more of these`, palette));
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** A text or JSON that holds what headers say, without characters that a terminal would obey or not show. */
export function visible(text: string, format: "text" | "json" | "markdown"): string {
  return format === "json" ? visibleJson(text) : text.split("\n").map(printable).join("\n");
}

/** Writes one text to what `-o` names, as a whole. */
export async function writeWhole(
  text: string,
  path: string | undefined,
  io: Io,
  check: OutputCheck,
): Promise<void> {
  const output = openOutput(path, io, check);
  try {
    await output.write(text);
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
}
