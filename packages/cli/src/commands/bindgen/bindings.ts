import { readFileSync } from "node:fs";
import {
  type Abi,
  BindingError,
  type Bindings,
  bind,
  docComments,
  EXCLUDED,
  isUnread,
  knownRelease,
  type LeftOut,
  modelsOf,
  type PlanOptions,
  readHeaderTree,
  readModelFile,
  type ShimPlan,
  shimPlan,
  type Target,
  targets,
} from "@xgt/hypercall-abi";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";
import { suggestion } from "../../terminal/nearest.ts";
import {
  asCliErrors,
  bundledModel,
  type GivenChoice,
  importedModel,
  type ModelChoice,
  showDiagnostics,
} from "../abi/abi-options.ts";
import { itemList } from "./item-list.ts";

const COMMAND = "xgt bindgen";
/** Items that warnings name as left out; the rest is counted. */
const LEFT_OUT_SHOWN = 20;

/** Options of `xgt bindgen`. */
export interface BindgenOptions extends ModelChoice, GivenChoice {
  model?: string;
  headers?: string;
  only?: string[];
  exclude?: string[];
  list?: boolean;
  constantsOnly?: boolean;
  stubs?: string;
  prefix?: string;
  shim?: boolean;
  asserts: "bundled" | "model";
  output?: string;
}

/** The bindings of one language, and what the user has to know of them. */
interface MadeBindings {
  readonly text: string;
  readonly stubs?: string;
  readonly warnings: readonly string[];
  /** What the headers have of what was asked for and could not be read, in one clause; undefined: nothing. */
  readonly unread: string | undefined;
}

/** The text of one language's bindings. Throws CliError. */
export async function bindings(language: string, options: BindgenOptions, io: Io): Promise<MadeBindings> {
  const target = targets.find(({ name }) => name === language) as Target;
  checkUse(target, options);
  const { abi, plan, isFollowed } = await modelOf(options, io);
  const chosen = { ...plan, constantsOnly: options.constantsOnly ?? false };
  const emitted = (more: PlanOptions): Bindings => emit(target, abi, { ...chosen, ...more }, options);
  const asserted = options.asserts === "bundled" ? bundledTwin(abi, options) : undefined;
  const warnings = options.shim && knownRelease(abi.xen) === null ? [unnamed(options)] : [];
  const made = emitted(asserted === undefined ? {} : { asserted });
  warnings.push(...leftOutWarnings(made.leftOut));
  const lost = isFollowed ? unreadOf(made) : "what stands behind directives that cannot be followed (above)";
  const unread = options.headers === undefined ? undefined : lost;
  if (options.list) return { text: itemList(made), warnings: [], unread };
  const { text } = made;
  const stubs = options.stubs === undefined ? {} : { stubs: target.stubs?.(made.plan) ?? "" };
  if (asserted === undefined) return { text, ...stubs, warnings, unread };
  const differs = text !== emitted({}).text;
  const warning =
    `${options.model} differs from the bundled model of Xen ${abi.xen}: the assertions state the bundled one and ` +
    `will fail; \`xgt abi diff ${abi.xen} ${options.model}\` shows where, --asserts model states the file's own`;
  return { text, ...stubs, warnings: differs ? [...warnings, warning] : warnings, unread };
}

/** Declarations that were asked for and that the reader could not take. */
function unreadOf({ unmodelled }: Bindings): string | undefined {
  const names = new Set(unmodelled.filter(isUnread).map(({ name }) => name));
  if (names.size === 0) return undefined;
  const shown = [...names].slice(0, LEFT_OUT_SHOWN).join(", ");
  return `declarations that cannot be read (above): ${shown}${names.size > LEFT_OUT_SHOWN ? ", ..." : ""}`;
}

/** Why the log of a shim will name no release. */
function unnamed(options: BindgenOptions): string {
  const cure =
    options.model === undefined ? "--xen names it" : "`xgt abi import --xen` labels the model with it";
  return `the release of ${options.model ?? options.headers} is not known, so the shim's log names none; ${cure}`;
}

function checkUse(target: Target, options: BindgenOptions): void {
  const { prefix } = options;
  if (prefix !== undefined && target.name !== "c")
    throw new UsageError(COMMAND, `--prefix is for c: ${target.title} has modules`);
  if (prefix !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(prefix))
    throw new UsageError(COMMAND, `--prefix ${prefix}: not the beginning of a name in C`);
  if (options.stubs !== undefined && target.stubs === undefined)
    throw new UsageError(COMMAND, `--stubs is for python: ${target.title} has the types in its text`);
  if (options.stubs !== undefined && (options.output ?? "-") === options.stubs)
    throw new UsageError(COMMAND, `--stubs ${options.stubs}: the module goes there`);
  const given = Object.keys(options.define).length + options.undefine.length;
  if (options.headers === undefined && (given > 0 || options.types !== undefined))
    throw new UsageError(COMMAND, "-D, -U and --types are for --headers: a model is what its headers became");
  if (options.shim && !target.hasShim) {
    const able = targets.filter(({ hasShim }) => hasShim).map(({ name }) => name);
    throw new UsageError(COMMAND, `--shim is there for ${able.join(" and ")}, not for ${target.name}`);
  }
}

async function modelOf(
  options: BindgenOptions,
  io: Io,
): Promise<{ abi: Abi; plan: PlanOptions; isFollowed: boolean }> {
  const { only = [], exclude = [] } = options;
  const plan = { only, exclude };
  if (options.model !== undefined) {
    const text = readText(options.model);
    return {
      abi: named(options.model, () => asCliErrors(() => readModelFile(text))),
      plan,
      isFollowed: true,
    };
  }
  if (options.headers === undefined) {
    const abi = asUsage(() => bundledModel(options));
    return { abi, plan, isFollowed: true };
  }
  const { abi, diagnostics, isFollowed } = importedModel(options.headers, options.xen ?? "headers", options);
  await showDiagnostics(diagnostics, io);
  const docOf = docComments(asCliErrors(() => readHeaderTree(options.headers as string)));
  return { abi, plan: { ...plan, docOf }, isFollowed };
}

/** What the language cannot say, an item a line. */
function leftOutWarnings(leftOut: readonly LeftOut[]): string[] {
  const unsaid = leftOut.filter(({ why }) => why !== EXCLUDED);
  const shown = unsaid.slice(0, LEFT_OUT_SHOWN).map(({ name, why }) => `${name} is left out: ${why}`);
  const hidden = unsaid.length - shown.length;
  return hidden > 0 ? [...shown, `${hidden} more are left out; --list lists all`] : shown;
}

function emit(target: Target, abi: Abi, plan: PlanOptions, options: BindgenOptions): Bindings {
  try {
    const shim = options.shim ? shimOf(abi) : undefined;
    const made = bind(target, abi, plan, { prefix: options.prefix ?? "", shim });
    const missed = made.unmatched[0];
    if (missed !== undefined) {
      const names = Object.keys({ ...abi.structs, ...abi.constants }).map((name) =>
        name.replace(/^(struct|union) /, ""),
      );
      const option = options.exclude?.includes(missed) ? "--exclude" : "--only";
      throw new UsageError(COMMAND, `${option} ${missed}: nothing of that name${suggestion(missed, names)}`);
    }
    const { sections, strings, aggregates } = made.plan;
    const first = made.leftOut[0];
    if (first !== undefined && sections.length + strings.length + aggregates.length === 0)
      throw new CliError(`no ${target.title} bindings: nothing is left; ${first.name}: ${first.why}`);
    return made;
  } catch (error) {
    if (error instanceof BindingError)
      throw new CliError(
        `no ${target.title} bindings: ${error.message}; leave it out with --exclude, or report it`,
      );
    throw error;
  }
}

function shimOf(abi: Abi): ShimPlan {
  try {
    return shimPlan(abi);
  } catch (error) {
    if (error instanceof BindingError) throw new UsageError(COMMAND, error.message);
    throw error;
  }
}

/** The bundled model of the release that a model file says it is of. */
function bundledTwin(abi: Abi, options: BindgenOptions): Abi | undefined {
  return options.model === undefined
    ? undefined
    : modelsOf(abi.arch, abi.mode).find(({ xen }) => xen === abi.xen);
}

function readText(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new CliError(`${path}: cannot be read (${code}); give a model that xgt abi import wrote`);
  }
}

/** The same error, with the file in front. */
function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`${path}: ${error.message}`);
    throw error;
  }
}

/** The same error, as one of this command. */
function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(COMMAND, error.message);
    throw error;
  }
}
