import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  domainSpecOf,
  hexAddress,
  type NoPlan,
  type Plan,
  type PlanRequest,
  pictureSvg,
  pictureText,
  planTable,
} from "@xgt/dom0less-layout";
import { type JsonValue, jsonText, visibleJson } from "@xgt/findings";
import { releaseName } from "@xgt/hypercall-abi";
import { domainSpecJson } from "@xgt/hypercall-log";
import { CliError } from "../../terminal/cli-error.ts";
import { type OutputCheck, replaceFile } from "../../terminal/output-file.ts";

/** Forms of a plan, as -f names them. */
export const planFormats = ["dts", "uboot", "imagebuilder", "text", "svg", "domains", "json"] as const;
export type PlanFormat = (typeof planFormats)[number];

/** One form of a plan, or of why there is none (text and json only). */
export function planText(result: Plan | NoPlan, format: PlanFormat, request: PlanRequest): string {
  if (format === "json") return `${[...jsonText(planJson(result, request))].join("")}\n`;
  if (!result.possible) return conflictText(result);
  switch (format) {
    case "uboot":
      return result.uboot;
    case "imagebuilder":
      return result.imagebuilder;
    case "text":
      return reasonsText(result);
    case "svg":
      return pictureSvg(result.check.model);
    case "domains":
      return specText(result);
    default:
      return `${result.overlay}${result.partials.map(partialComment).join("")}`;
  }
}

/** "not possible: these exclude each other" with one line each. */
export function conflictText(result: NoPlan): string {
  const lines = result.conflict.map((text) => `  - ${text}`);
  return `no layout is possible; these cannot all hold:\n${lines.join("\n")}\n`;
}

/** Writes every form of a plan into a folder; returns the names. Throws CliError, also where one is an input. */
export function writePlan(result: Plan, folder: string, check: OutputCheck): string[] {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    throw new CliError(`${folder}: cannot be made; name another folder with -d`);
  }
  const files: [string, string | Uint8Array][] = [
    ["plan.dtso", result.overlay],
    ["plan.uboot", result.uboot],
    ["imagebuilder.config", result.imagebuilder],
    ["plan-host.dtso", result.marks],
    ["plan.txt", reasonsText(result)],
    ["plan.svg", pictureSvg(result.check.model)],
    ["domains.json", specText(result)],
    ...result.partials.flatMap(({ domain, source, dtb }): [string, string | Uint8Array][] => [
      [`${domain}-passthrough.dts`, source],
      [`${domain}-passthrough.dtb`, dtb],
    ]),
  ];
  for (const [name, content] of files) {
    replaceFile(join(folder, name), content, check);
  }
  return files.map(([name]) => join(folder, name));
}

/** What is where as a table, then why, then the address spaces side by side. */
function reasonsText(result: Plan): string {
  const reasons = result.reasons.map((reason) => `- ${reason}`).join("\n");
  return `${planTable(result)}\n${reasons}\n\n${pictureText(result.check.model)}`;
}

/** The partial tree behind the overlay, as comments: dtc still reads the whole. */
function partialComment({ domain, source }: Plan["partials"][number]): string {
  const lines = source.trimEnd().replaceAll("/*", "//").replaceAll(" */", "").split("\n");
  const body = lines.map((line) => ` * ${line}`.trimEnd()).join("\n");
  return `\n/* Partial device tree of ${domain} (xgt layout plan -d DIR writes it as a file):\n${body}\n */\n`;
}

function specText(result: Plan): string {
  return `${visibleJson(JSON.stringify(domainSpecJson(domainSpecOf(result.check.model)), null, 1))}\n`;
}

function planJson(result: Plan | NoPlan, request: PlanRequest): JsonValue {
  const head = { version: 1, xen: releaseName(request.release), possible: result.possible };
  if (!result.possible) return { ...head, conflict: [...result.conflict] };
  return {
    ...head,
    domains: result.domains.map(({ wanted, banks, modules }) => ({
      name: wanted.name,
      banks: banks.map(rangeJson),
      modules: modules.map(({ kind, memory, assumed }) => ({ kind, ...rangeJson(memory), assumed })),
    })),
    reasons: [...result.reasons],
    overlay: result.overlay,
    partials: result.partials.map(({ domain, source }) => ({ domain, source })),
    uboot: result.uboot,
    domain_spec: domainSpecJson(domainSpecOf(result.check.model)) as JsonValue,
    findings: result.check.findings.map(({ rule, name, severity, message }) => ({
      rule,
      name,
      severity,
      message,
    })),
  };
}

function rangeJson({ start, size }: { start: bigint; size: bigint }): { start: string; size: string } {
  return { start: hexAddress(start), size: hexAddress(size) };
}
