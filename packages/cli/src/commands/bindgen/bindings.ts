import { readFileSync } from "node:fs";
import {
  type Abi,
  BindingError,
  docComments,
  knownRelease,
  makePlan,
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

const COMMAND = "xgt bindgen";

/** Options of `xgt bindgen`. */
export interface BindgenOptions extends ModelChoice, GivenChoice {
  model?: string;
  headers?: string;
  only?: string[];
  prefix?: string;
  shim?: boolean;
  asserts: "bundled" | "model";
  output?: string;
}

/** The text of one language's bindings, and what the user has to know of it. Throws CliError. */
export async function bindings(
  language: string,
  options: BindgenOptions,
  io: Io,
): Promise<{ readonly text: string; readonly warnings: readonly string[] }> {
  const target = targets.find(({ name }) => name === language) as Target;
  checkUse(target, options);
  const { abi, plan } = await modelOf(options, io);
  const emitted = (more: PlanOptions): string => emit(target, abi, { ...plan, ...more }, options);
  const asserted = options.asserts === "bundled" ? bundledTwin(abi, options) : undefined;
  const warnings = options.shim && knownRelease(abi.xen) === null ? [unnamed(options)] : [];
  if (asserted === undefined) return { text: emitted({}), warnings };
  const text = emitted({ asserted });
  const differs = text !== emitted({});
  const warning =
    `${options.model} differs from the bundled model of Xen ${abi.xen}: the assertions state the bundled one and ` +
    `will fail; \`xgt abi diff ${abi.xen} ${options.model}\` shows where, --asserts model states the file's own`;
  return { text, warnings: differs ? [...warnings, warning] : warnings };
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
  const given = Object.keys(options.define).length + options.undefine.length;
  if (options.headers === undefined && (given > 0 || options.types !== undefined))
    throw new UsageError(COMMAND, "-D, -U and --types are for --headers: a model is what its headers became");
  if (options.shim && !target.hasShim) {
    const able = targets.filter(({ hasShim }) => hasShim).map(({ name }) => name);
    throw new UsageError(COMMAND, `--shim is there for ${able.join(" and ")}, not for ${target.name}`);
  }
}

async function modelOf(options: BindgenOptions, io: Io): Promise<{ abi: Abi; plan: PlanOptions }> {
  const only = options.only ?? [];
  if (options.model !== undefined) {
    const text = readText(options.model);
    return { abi: named(options.model, () => asCliErrors(() => readModelFile(text))), plan: { only } };
  }
  if (options.headers === undefined) {
    const abi = asUsage(() => bundledModel(options));
    return { abi, plan: { only } };
  }
  const { abi, diagnostics } = importedModel(options.headers, options.xen ?? "headers", options);
  const wrong = await showDiagnostics(diagnostics, io);
  if (wrong)
    throw new CliError(
      `${options.headers}: declarations that cannot be modelled (above); nothing is written`,
    );
  const docOf = docComments(asCliErrors(() => readHeaderTree(options.headers as string)));
  return { abi, plan: { only, docOf } };
}

function emit(target: Target, abi: Abi, plan: PlanOptions, options: BindgenOptions): string {
  try {
    const made = makePlan(abi, plan);
    const missed = made.unmatched[0];
    if (missed !== undefined) {
      const names = Object.keys({ ...abi.structs, ...abi.constants }).map((name) =>
        name.replace(/^(struct|union) /, ""),
      );
      throw new UsageError(COMMAND, `--only ${missed}: nothing of that name${suggestion(missed, names)}`);
    }
    const shim = options.shim ? shimOf(abi) : undefined;
    return target.emit(made.plan, { prefix: options.prefix ?? "", shim });
  } catch (error) {
    if (error instanceof BindingError)
      throw new CliError(
        `no ${target.title} bindings: ${error.message}; leave it out with --only, or report it`,
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
