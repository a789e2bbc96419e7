import {
  type Finding,
  type Location,
  type Note,
  plainFinding,
  severityRank,
  type Undecided,
} from "@xgt/findings";
import type { XenRelease } from "@xgt/hypercall-abi";
import { FINDINGS_PER_RULE_MAX } from "../limits.ts";
import type { GivenBootLog } from "../model/given-boot-log.ts";
import { type LayoutInput, type LayoutModel, layoutModel } from "../model/layout-model.ts";
import { layoutRules } from "../rules/index.ts";
import type { LayoutReport, LayoutRule, Outcome } from "../rules/layout-rule.ts";
import { frameOf, framesOf } from "../terms/address-range.ts";
import { addNode, type DeviceTree } from "../tree/device-tree.ts";

/** What a check found. */
export interface LayoutResult {
  readonly model: LayoutModel;
  readonly findings: readonly Finding[];
  readonly undecided: readonly Undecided[];
}

/** Which findings to keep. */
interface LayoutFilter {
  /** Domain names or ids; undefined: all. */
  readonly domains?: readonly string[];
}

/** What follows the message; advice needs nothing. */
const OUTCOMES: Record<Outcome, string> = {
  panic: " (Xen panics at boot)",
  silent: " (Xen says nothing)",
  advice: "",
};

/** Runs every rule over a host tree with its domains. Findings come by severity, then rule, then place. */
export function checkLayout(input: LayoutInput, filter: LayoutFilter = {}): LayoutResult {
  const model = layoutModel(input);
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  for (const rule of rulesFor(input)) {
    let count = 0;
    rule.check(model, {
      report(report) {
        if (!isWanted(report, filter) || ++count > FINDINGS_PER_RULE_MAX) return;
        findings.push(findingOf(model, rule, report));
      },
      undecided: (why) => {
        undecided.push({ rule: rule.id, name: rule.name, why });
      },
    });
  }
  return { model, findings: findings.sort(byImportance), undecided };
}

/** The rules that can say something about an input. */
export function rulesFor(input: LayoutInput): readonly LayoutRule[] {
  return layoutRules.filter(({ needsTree }) => input.treeMissing !== true || needsTree === false);
}

/** An input of a boot log alone. */
export function logOnlyInput(bootLog: GivenBootLog, release: XenRelease): LayoutInput {
  const { path } = bootLog;
  const root = addNode(null, "", { path, place: null, unit: "line" });
  const host: DeviceTree = { path, root, reservations: [], overlay: false, fixups: [] };
  return { host, modules: new Map(), release, bootLog, treeMissing: true };
}

function isWanted(report: LayoutReport, { domains }: LayoutFilter): boolean {
  if (domains === undefined || report.domain === undefined) return true;
  return domains.includes(report.domain.config.name) || domains.includes(String(report.domain.domid));
}

function findingOf(model: LayoutModel, rule: LayoutRule, report: LayoutReport): Finding {
  const outcome = report.outcome ?? rule.outcome;
  const notes: Note[] = [];
  for (const { message, node } of report.notes ?? []) {
    const text = node === undefined ? message : `${message}: ${node.path}`;
    notes.push({ message: text, event: null, location: node?.location ?? null });
  }
  const { range, domain } = report;
  return plainFinding(
    { id: rule.id, name: rule.name, severity: report.severity ?? rule.severity },
    `${report.message}${OUTCOMES[outcome]}`,
    {
      certain: report.certain ?? true,
      domid: domain?.domid ?? null,
      gfn: range === undefined ? null : frameOf(range.start),
      count: range === undefined ? 1 : Math.max(1, framesOf(range)),
      fix: report.fix ?? rule.fix,
      location: locationOf(model, report),
      notes,
      lastLocation: null,
    },
  );
}

function locationOf(model: LayoutModel, report: LayoutReport): Location | null {
  if (report.logLine !== undefined) {
    return { path: model.input.bootLog?.path ?? "boot log", place: report.logLine, unit: "line" };
  }
  const { node, property } = report;
  if (node === undefined) return { path: model.input.host.path, place: null, unit: "line" };
  return (property === undefined ? undefined : node.properties.get(property)?.location) ?? node.location;
}

function byImportance(a: Finding, b: Finding): number {
  const rank = severityRank(a.severity) - severityRank(b.severity);
  if (rank !== 0) return rank;
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  return (a.domid ?? -1) - (b.domid ?? -1) || (a.location?.place ?? 0) - (b.location?.place ?? 0);
}
