import { afterAll, describe, expect, test } from "vitest";
import {
  type Abi,
  type ArgumentField,
  allHypercalls,
  fieldOf,
  type Hypercall,
  hypercallOf,
  hypercalls,
  loadModel,
  type Releases,
  releases,
  rowOf,
  type SubOp,
  scalarOf,
  structKey,
  structOf,
  subOpOf,
} from "../src/index.ts";

/** Members that some release calls otherwise, of sub-ops whose tables logs follow. */
const renamed: readonly string[] = [
  "struct xen_mem_acquire_resource.pad in 4.11",
  "struct xen_mem_acquire_resource.pad in 4.12",
];

/** A struct whose one member was the argument itself up to that release. */
const bareUntil: Releases = { until: "4.15" };
const bare = "struct xen_memory_domain";

/** Bytes that keep a layout and carry nothing. */
const filler = /(?:^|\.|_)(?:pad\d*|padding|rsvd|reserved)$/;

/** Constants of the sub-ops' prefixes that are no number of a sub-op: second names, flags, bounds, ops of ops. */
const noSubOp =
  /^(?:XENPF_settime$|XENPF_INTERFACE|XENPF_ACPI|XENPF_UCODE|PHYSDEVOP_pirq_eoi_gmfn|PHYSDEVOP_DBGP_|HVMOP_ALTP2M|HVMOP_altp2m_|XEN_SYSCTL_(?:pm_op|cpu_featureset|cpu_policy)_|XEN_DOMCTL_vmtrace_(?!op$)|XEN_DMOP_no_gfns)/;

/** Prefix and first letters of the constants of a hypercall's sub-ops. */
const numbered: ReadonlyMap<string, RegExp> = new Map([
  ["platform_op", /^XENPF_/],
  ["memory_op", /^XENMEM_(?!access_(?!op$)|paging_op_|sharing_op_|resource_|rsrc_)[a-z]/],
  ["xen_version", /^XENVER_/],
  ["console_io", /^CONSOLEIO_/],
  ["grant_table_op", /^GNTTABOP_/],
  ["vm_assist", /^VMASST_CMD_/],
  ["vcpu_op", /^VCPUOP_/],
  ["xsm_op", /^FLASK_(?!BOOTPARAM)/],
  ["sched_op", /^SCHEDOP_/],
  ["event_channel_op", /^EVTCHNOP_/],
  ["physdev_op", /^PHYSDEVOP_/],
  ["hvm_op", /^HVMOP_/],
  ["sysctl", /^XEN_SYSCTL_[a-z]/],
  ["domctl", /^XEN_DOMCTL_[a-z]/],
  ["kexec_op", /^KEXEC_CMD_/],
  ["argo_op", /^XEN_ARGO_OP_/],
  ["xenpmu_op", /^XENPMU_[a-z]/],
  ["dm_op", /^XEN_DMOP_[a-z]/],
  ["hypfs_op", /^XEN_HYPFS_OP_/],
]);

const at = (release: string): number => {
  const index = releases.indexOf(release);
  expect(index, release).toBeGreaterThanOrEqual(0);
  return index;
};

function has(range: Releases | undefined, xen: string): boolean {
  if (range?.since !== undefined && at(xen) < at(range.since)) return false;
  return range?.until === undefined || at(xen) <= at(range.until);
}

const count = { numbers: 0, subOps: 0, fields: 0, structs: 0, prototypes: 0, groups: 0 };
afterAll(() => {
  console.log(`hypercalls against ${releases.length} releases: ${JSON.stringify(count)}`);
});

/** The model that has what Arm has not: x86's for what is not on Arm. */
function modelFor(xen: string, onArm: boolean): Abi {
  return loadModel(xen, onArm ? "arm64" : "x86_64", "tools");
}

function checkPath(abi: Abi, struct: string, path: string, what: string): void {
  const place = fieldOf(abi, struct, path);
  // Of a flexible array of structs the size of an element is that of the struct.
  const size = place.size > 0 ? place.size : structOf(abi, place.type.replace(/\[\]$/, "")).size;
  expect(size, `${what}.${path} of Xen ${abi.xen}`).toBeGreaterThan(0);
  count.fields++;
}

function checkField(abi: Abi, subOp: SubOp, field: ArgumentField): void {
  const struct = field.struct ?? subOp.struct!;
  const path = field.path ?? field.name;
  if (renamed.includes(`${struct}.${path} in ${abi.xen}`)) return;
  checkPath(abi, struct, path, subOp.constant);
  const place = fieldOf(abi, struct, path);
  const kind = scalarOf(abi, place.type.replace(/\[\d*\]$/, ""));
  if (kind !== undefined && !place.type.startsWith("char")) {
    expect(field.signed ?? false, `${subOp.constant}.${path} signed`).toBe(kind.signed);
  }
}

function checkSubOp(abi: Abi, hypercall: Hypercall, subOp: SubOp): void {
  const what = `${subOp.constant} of Xen ${abi.xen}`;
  expect(subOp.nr, what).toBe(hypercall.nr);
  expect(Number(abi.constants[subOp.constant]?.value), what).toBe(subOp.cmd);
  count.subOps++;
  if (subOp.value !== undefined) expect(abi.typedefs[subOp.value.type]?.size, what).toBeGreaterThan(0);
  if (subOp.member !== undefined) {
    const member = rowOf(abi, hypercall.struct!, subOp.member);
    expect(structKey(abi, member.type), `${what} ${subOp.member}`).toBe(structKey(abi, subOp.struct!));
  }
  if (subOp.struct === bare && has(bareUntil, abi.xen)) return;
  for (const field of subOp.fields) if (has(field.releases, abi.xen)) checkField(abi, subOp, field);
  for (const list of subOp.lists) {
    checkPath(abi, list.struct ?? subOp.struct!, list.path, subOp.constant);
    expect(fieldOf(abi, list.struct ?? subOp.struct!, list.path).handle, `${what} ${list.path}`).toBe(true);
  }
  for (const buffer of subOp.buffers ?? []) {
    if (!has(buffer.releases, abi.xen)) continue;
    if (buffer.element === undefined) {
      checkPath(abi, subOp.struct!, buffer.path, subOp.constant);
      expect(fieldOf(abi, subOp.struct!, buffer.path).handle, `${what} ${buffer.path}`).toBe(true);
    } else {
      const known =
        structKey(abi, buffer.element) !== undefined || scalarOf(abi, buffer.element) !== undefined;
      expect(known, `${what} ${buffer.element}`).toBe(true);
      expect(hypercall.parameters, what).toContain(buffer.path.replace(/\[\d\]$/, ""));
    }
  }
}

/** The tables are written by hand, for people to read; the headers decide. */
describe.each(releases)("the tables of hypercalls and the headers of %s", (xen) => {
  test("say the same numbers", () => {
    for (const hypercall of allHypercalls) {
      const there = has(hypercall.releases, xen);
      const abi = modelFor(xen, hypercall.onArm);
      expect(abi.hypercalls[hypercall.constant], hypercall.constant).toBe(there ? hypercall.nr : undefined);
      count.numbers++;
    }
    for (const arch of ["arm64", "x86_64"] as const) {
      const named = Object.keys(loadModel(xen, arch, "tools").hypercalls);
      expect(allHypercalls.map((hypercall) => hypercall.constant)).toEqual(expect.arrayContaining(named));
    }
  });

  test("say the same sub-ops and fields", () => {
    for (const hypercall of allHypercalls) {
      for (const subOp of hypercall.subOps) {
        const abi = modelFor(xen, subOp.onArm);
        if (has(subOp.releases, xen)) checkSubOp(abi, hypercall, subOp);
        else expect(abi.constants[subOp.constant], subOp.constant).toBe(undefined);
      }
      for (const field of hypercall.fields ?? []) {
        checkPath(modelFor(xen, hypercall.onArm), hypercall.struct!, field.name, hypercall.name);
      }
    }
  });

  test("leave no sub-op out", () => {
    for (const [name, pattern] of numbered) {
      const hypercall = allHypercalls.find((candidate) => candidate.name === name)!;
      const known = new Set(hypercall.subOps.map((subOp) => subOp.constant));
      for (const arch of ["arm64", "x86_64"] as const) {
        const constants = Object.keys(loadModel(xen, arch, "tools").constants);
        const left = constants.filter((c) => pattern.test(c) && !noSubOp.test(c) && !known.has(c));
        expect(left, `${name} on ${arch}`).toEqual([]);
      }
    }
  });

  test("leave no member of an argument out", () => {
    const paths = new Map<string, { abi: Abi; paths: string[] }>();
    for (const hypercall of allHypercalls.filter((candidate) => !hypercalls.includes(candidate))) {
      for (const subOp of hypercall.subOps) {
        if (subOp.struct === null || !has(subOp.releases, xen)) continue;
        const entry = paths.get(subOp.struct) ?? { abi: modelFor(xen, subOp.onArm), paths: [] };
        const own = subOp.fields.filter((field) => field.struct === undefined);
        entry.paths.push(...own.map((field) => field.path ?? field.name));
        entry.paths.push(...(subOp.buffers ?? []).map((buffer) => buffer.path));
        paths.set(subOp.struct, entry);
      }
    }
    for (const [struct, { abi, paths: stated }] of paths) {
      const rows = structOf(abi, struct).fields.filter((row) => !row.anonymous && !filler.test(row.path));
      const left = rows.filter(
        (row) =>
          !stated.some((p) => p === row.path || row.path.startsWith(`${p}.`) || p.startsWith(`${row.path}.`)),
      );
      expect(
        left.map((row) => row.path),
        struct,
      ).toEqual([]);
      count.structs++;
    }
  });

  test("agree where the headers' back-ticks speak", () => {
    const abi = loadModel(xen, "arm64", "tools");
    for (const [name, prototype] of Object.entries(abi.prototypes)) {
      const hypercall = allHypercalls.find((candidate) => candidate.name === name)!;
      const names = prototype.parameters.map((parameter, i) => parameter.name || hypercall.parameters[i]);
      const stated = prototype.parameters.map((p, i) => (p.type === "..." ? "..." : names[i]));
      expect(hypercall.parameters, name).toEqual(stated);
      count.prototypes++;
    }
    const ops = allHypercalls.filter((h) => abi.groups[h.name] !== undefined && h.subOps.length > 0);
    expect(ops.map((h) => h.name)).toEqual(["grant_table_op", "sched_op", "event_channel_op", "xenpmu_op"]);
    for (const hypercall of ops) {
      const { members, link } = abi.groups[hypercall.name];
      const subOps = hypercall.subOps.filter((subOp) => has(subOp.releases, xen));
      expect(subOps.map((subOp) => subOp.constant).sort(), hypercall.name).toEqual([...members].sort());
      const prefix = link?.to.replace(/\*$/, "") ?? "struct ";
      for (const subOp of subOps)
        if (subOp.struct !== null) expect(subOp.struct.startsWith(prefix)).toBe(true);
      count.groups++;
    }
    const group = abi.groups.hypercall_num.members;
    const known = allHypercalls.filter(
      (hypercall) => has(hypercall.releases, xen) && hypercall.name !== "mca",
    );
    expect(known.map((hypercall) => hypercall.constant).sort()).toEqual([...group].sort());
  });
});

test("what Arm takes lies within what the headers have", () => {
  const inside = (inner: Releases | undefined, outer: Releases | undefined, what: string): void => {
    for (const xen of releases) if (inner && has(inner, xen)) expect(has(outer, xen), what).toBe(true);
  };
  for (const hypercall of allHypercalls) {
    inside(hypercall.arm, hypercall.releases, hypercall.constant);
    for (const subOp of hypercall.subOps) {
      if (subOp.onArm) expect(hypercall.onArm, subOp.constant).toBe(true);
      inside(subOp.arm, subOp.releases, subOp.constant);
      inside(subOp.arm, hypercall.arm ?? hypercall.releases, subOp.constant);
    }
  }
});

test("numbers are in order, and logs are decoded for three of them", () => {
  const numbers = allHypercalls.map((hypercall) => hypercall.nr);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  for (const hypercall of allHypercalls) {
    const cmds = hypercall.subOps.map((subOp) => subOp.cmd);
    expect(cmds).toEqual([...new Set(cmds)].sort((a, b) => a - b));
  }
  expect(hypercalls.map((hypercall) => hypercall.name)).toEqual(["memory_op", "multicall", "grant_table_op"]);
  expect(hypercallOf(32)?.name).toBe("event_channel_op");
  expect(hypercallOf(39)?.name).toBe("argo_op");
  expect(hypercallOf(48)?.name).toBe("arch_0");
  expect(hypercallOf(11)).toBe(undefined);
  expect(subOpOf(32, 4)).toBe(undefined);
  expect(subOpOf(20, 5)?.name).toBe("copy");
});
