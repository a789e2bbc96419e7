// Re-reads what a plan wrote and counts what a guest would trip over: references to nothing, interrupts that were lost
// without a word, complaints of dtc. plan-boards.ts uses it.
import { spawnSync } from "node:child_process";
import {
  type DeviceTree,
  type DtNode,
  isDangling,
  type LayoutModel,
  layoutModel,
  type Plan,
  readDeviceTree,
  referenceIndex,
  referencesIn,
  stringsOf,
  walk,
} from "../packages/dom0less-layout/src/index.ts";

/** What was found wrong in the files of one plan, one line each. */
export interface PlanAudit {
  readonly dangling: readonly string[];
  /** Interrupts of host nodes that the partial tree has not, and that no warning of the plan names. */
  readonly droppedInterrupts: readonly string[];
  readonly dtc: readonly string[];
}

/** Looks at every file of a plan. `withDtc`: dtc is installed. */
export function auditPlan(host: DeviceTree, plan: Plan, withDtc: boolean): PlanAudit {
  const { host: machine } = layoutModel({ host, modules: new Map(), release: plan.check.model.release });
  const partials = plan.partials.map(({ domain, dtb }) => readDeviceTree(dtb, `${domain}.dtb`).tree);
  return {
    dangling: partials.flatMap((tree) => danglingIn(tree, host)),
    droppedInterrupts: plan.check.model.domains.flatMap((guest) =>
      lostInterrupts(machine, guest, plan.warnings),
    ),
    dtc: withDtc ? [plan.overlay, ...plan.partials.map(({ source }) => source)].flatMap(complaints) : [],
  };
}

/** References of a partial tree that lead nowhere, by its own structure and by what the host's property says. */
function danglingIn(tree: DeviceTree, host: DeviceTree): string[] {
  const own = referenceIndex(tree);
  const hostIndex = referenceIndex(host);
  const hostNodes = new Map([...walk(host.root)].map((node) => [node.path, node]));
  const found: string[] = [];
  const visit = (node: DtNode, source: DtNode | null) => {
    const path = stringsOf(node, "xen,path")[0];
    const origin = path === undefined ? source : (hostNodes.get(path) ?? null);
    for (const property of node.properties.values()) {
      for (const reference of referencesIn(node, property, own) ?? []) {
        if (isDangling(reference))
          found.push(`${node.path}: ${property.name} <0x${reference.phandle.toString(16)}>`);
      }
      const before = origin?.properties.get(property.name);
      if (origin == null || before === undefined || Buffer.compare(before.data, property.data) !== 0)
        continue;
      for (const { phandle } of referencesIn(origin, before, hostIndex) ?? []) {
        if (!own.phandles.has(phandle))
          found.push(`${node.path}: ${property.name} is the host's, <0x${phandle.toString(16)}>`);
      }
    }
    for (const child of node.children) {
      visit(child, origin?.children.find(({ name }) => name === child.name) ?? null);
    }
  };
  visit(tree.root, null);
  return [...new Set(found)];
}

function lostInterrupts(
  machine: LayoutModel["host"],
  guest: LayoutModel["domains"][number],
  warnings: readonly string[],
): string[] {
  return guest.devices.flatMap(({ host, interrupts, inner }) => {
    if (host === null) return [];
    const device = machine.devices.find(({ node }) => node.path === host.node.path) ?? host;
    const wanted = device.spis.length + device.locals.length + device.unrouted.length + device.lost;
    const said = warnings.some(
      (text) => text.startsWith(`${host.node.path}: `) && text.includes("interrupt"),
    );
    const lost = wanted - interrupts.length - inner;
    return lost > 0 && !said ? [`${host.node.path}: ${lost} of ${wanted}`] : [];
  });
}

function complaints(source: string): string[] {
  const run = spawnSync("dtc", ["-I", "dts", "-O", "dtb", "-"], { input: source, maxBuffer: 1 << 26 });
  const lines = run.stderr.toString().split("\n");
  return lines
    .filter((line) => /Warning|ERROR|Error/.test(line))
    .map((line) => line.replace(/^<stdin>:[\d.-]+: /, ""));
}
