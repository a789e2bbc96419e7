import {
  assignedNodes,
  checkLayout,
  type Diagnosis,
  diagnose,
  diagnoseConsole,
  diagnoseLog,
  domainSpecOf,
  type GivenBootLog,
  type LayoutInput,
  type LayoutModel,
  type LayoutResult,
  layoutRules,
  pictureText,
  rangeText,
  reachTable,
  rulesFor,
} from "@xgt/dom0less-layout";
import type { Finding, FindingSummary, FindingsDocument, JsonValue, Listing, Remark } from "@xgt/findings";
import { releaseName } from "@xgt/hypercall-abi";
import { domainSpecJson } from "@xgt/hypercall-log";

/** What a check is asked for, files read. */
export interface LayoutCheckTask {
  /** Null: no tree, symptoms only. */
  readonly input: LayoutInput | null;
  readonly domains: readonly string[] | undefined;
  readonly symptoms: readonly string[];
  readonly rules: ReadonlySet<string> | undefined;
  readonly ignored: ReadonlySet<string> | undefined;
  readonly map: boolean;
  readonly log: LayoutInput["bootLog"];
  /** A whole console whose known messages are to be explained; null: none. */
  readonly console: GivenBootLog | null;
  /** Why the rules are for a release that nobody asked for; null: somebody did. */
  readonly releaseNote: string | null;
}

/** Checks, explains symptoms, and says what is to be reported. */
export function layoutDocument(task: LayoutCheckTask): FindingsDocument {
  const result =
    task.input === null
      ? null
      : checkLayout(task.input, task.domains === undefined ? {} : { domains: task.domains });
  const given = result?.model ?? null;
  const model = given?.input.treeMissing === true ? null : given;
  const passes = ({ rule }: { rule: string }) => {
    return task.rules?.has(rule) !== false && task.ignored?.has(rule) !== true;
  };
  const findings = (result?.findings ?? []).filter(passes);
  const undecided = (result?.undecided ?? []).filter(passes);
  const diagnoses = [
    ...task.symptoms.flatMap((text) => diagnose(text, model) ?? []),
    ...(task.log == null ? [] : diagnoseLog(task.log.log, model)),
    ...(task.console === null ? [] : diagnoseConsole(task.console.log, model)),
  ];
  const unknown = task.symptoms.filter((text) => diagnose(text, model) === null);
  return {
    subject: task.input?.host.path ?? "symptoms",
    tables: tablesOf(result, diagnoses),
    findings,
    undecided,
    summary: summaryOf(findings),
    listings: [
      ...diagnoses.map((diagnosis) => diagnosisListing(diagnosis, findings)),
      ...unknown.map(unknownListing),
      ...(model !== null ? reachListing(model) : []),
      ...(model !== null && task.map ? [{ title: "address spaces", lines: lines(pictureText(model)) }] : []),
    ],
    remarks: given === null ? [] : remarksOf(given, task.releaseNote),
  };
}

function summaryOf(findings: readonly Finding[]): FindingSummary {
  const count = (severity: Finding["severity"]) => findings.filter((one) => one.severity === severity).length;
  return { error: count("error"), warning: count("warning"), info: count("info"), indeterminate: 0 };
}

function lines(text: string): string[] {
  return text.trimEnd().split("\n");
}

function diagnosisListing(
  { symptom, text, line, details, sameAs }: Diagnosis,
  findings: readonly Finding[],
): Listing {
  if (sameAs !== null) return { title: `symptom: ${text} (line ${line})`, lines: [`As line ${sameAs}.`] };
  const ids = symptom.rules.map((id) => {
    const rule = layoutRules.find((candidate) => candidate.id === id);
    const broken = findings.some((finding) => finding.rule === id) ? " (broken here, see above)" : "";
    return `  ${id} ${rule?.name ?? ""}${broken}: ${rule?.what ?? ""}`;
  });
  const rules = ids.length === 0 ? [] : ["rules to look at, the likeliest first:", ...ids];
  const place = line === null ? "" : ` (line ${line})`;
  return {
    title: `symptom: ${text}${place}`,
    lines: [symptom.cause, ...details, `fix: ${symptom.fix}`, ...rules],
  };
}

function unknownListing(text: string): Listing {
  return { title: `symptom: ${text}`, lines: ["Nothing is known about this message."] };
}

/** Which memory each restricted device reaches. */
function reachListing(model: LayoutModel): Listing[] {
  const rows = reachTable(model).filter(({ limits }) => limits.length > 0);
  if (rows.length === 0) return [];
  const text = rows.flatMap(({ domain, device, limits, own, foreign }) => [
    `  ${domain} ${device} (${limits.join(", ")})`,
    ...own.map(({ range, reached }) => `    own bank ${rangeText(range)}: ${reached}`),
    ...foreign.map(({ who, range, reached }) => `    grants of ${who} ${rangeText(range)}: ${reached}`),
  ]);
  return [{ title: "DMA reach of restricted devices", lines: text }];
}

function remarksOf(model: LayoutModel, releaseNote: string | null): Remark[] {
  const count = rulesFor(model.input).length;
  const rules = `${count === 1 ? "1 rule" : `${count} rules`} for Xen ${releaseName(model.release)}${releaseNote ?? ""}`;
  if (model.input.treeMissing === true) {
    return [{ tone: "plain", label: "checked", text: `${rules}; no host tree was given` }];
  }
  const domains = model.domains.map(({ config, directMap, devices }) => {
    const mode = directMap ? "direct-mapped" : config.hasStaticMem ? "static" : "not 1:1";
    return `${config.name} (${mode}, ${devices.filter(({ hasXenReg }) => hasXenReg).length} devices)`;
  });
  const what = domains.length === 0 ? "no domain below /chosen" : domains.join(", ");
  const missing = model.domains.filter((guest) => guest.partialModule !== null && guest.partial === null);
  const remarks: Remark[] = [{ tone: "plain", label: "checked", text: `${rules}; ${what}` }];
  for (const { config, partialModule } of missing) {
    if (partialModule === null) continue;
    const text = `${config.name} has a partial device tree that was not given: its devices are not checked (--module ${partialModule.node.path}=FILE)`;
    remarks.push({ tone: "warning", label: "", text });
  }
  return remarks;
}

function tablesOf(result: LayoutResult | null, diagnoses: readonly Diagnosis[]): FindingsDocument["tables"] {
  const symptoms = diagnoses.map(({ symptom, text, line, details }) => {
    return {
      name: symptom.name,
      text,
      line,
      rules: [...symptom.rules],
      explanation: symptom.cause,
      fix: symptom.fix,
      details,
    };
  });
  const model = result?.model;
  const domains = model === undefined ? [] : model.domains.map((guest) => domainRow(model, guest));
  const reach = model === undefined ? [] : reachTable(model).map(reachRow);
  return [
    { name: "domains", row: "domain", rows: domains },
    { name: "reach", row: "reach", rows: reach },
    { name: "symptoms", row: "symptom", rows: symptoms as unknown as JsonValue[] },
  ];
}

function domainRow(model: LayoutModel, guest: LayoutModel["domains"][number]): JsonValue {
  const spec = domainSpecOf({ ...model, dom0: false, domains: [guest] });
  const [row] = domainSpecJson(spec).domains as JsonValue[];
  const devices = assignedNodes(guest).map(({ node, xenPath }) => ({ node: node.path, path: xenPath }));
  return { name: guest.config.name, ...(row as object), devices } as JsonValue;
}

function reachRow(row: ReturnType<typeof reachTable>[number]): JsonValue {
  const { domain, device, limits, own, foreign } = row;
  return {
    domain,
    device,
    limits: [...limits],
    own: own.map(({ range, reached }) => ({ range: rangeText(range), reached })),
    foreign: foreign.map(({ who, range, reached }) => ({ who, range: rangeText(range), reached })),
  };
}
