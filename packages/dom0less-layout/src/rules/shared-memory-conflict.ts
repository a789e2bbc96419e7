import { type SharedMemory, sharedMemoryOf } from "../model/domain-config.ts";
import type { GuestDomain, LayoutModel } from "../model/layout-model.ts";
import { hexAddress, isAligned, overlaps, PAGE_SIZE, rangeText } from "../terms/address-range.ts";
import { childNamed } from "../tree/device-tree.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutReport, LayoutRule } from "./layout-rule.ts";

/** Most characters of a shm id (MAX_SHM_ID_LENGTH is 16 with the end). */
const ID_CHARACTERS_MAX = 15;

const node = (at: string, id: string, cells: string) => `
	shared-mem@${at} {
		compatible = "xen,domain-shared-memory-v1";
		xen,shm-id = "${id}";
		xen,shared-mem = <${cells}>;
	};`;
const owner = domain({ extra: node("b8000000", "ring", "0x0 0xb8000000 0x0 0xb8000000 0x0 0x100000") });
const borrower = (size: string) =>
  domain({
    name: "domU2",
    banks: "",
    directMap: false,
    kernel: "0x0 0x86000000 0x0 0x1000000",
    extra: node("b8000000", "ring", `0x0 0xb8000000 0x0 0x10000000 0x0 ${size}`),
  });

/** Nodes of one region say the same. */
export const sharedMemoryConflict: LayoutRule = {
  id: "L48",
  name: "shared-memory-conflict",
  severity: "error",
  outcome: "panic",
  what: "Nodes with one xen,shm-id give the same host address and size, and no two ids the same region; addresses and sizes are whole pages, ids 1 to 15 characters, roles owner or borrower, and no region lies over the RAM of its guest.",
  why: "Xen collects the regions in its first pass over the tree and takes the id for the region's name. Where a guest address already is RAM it maps the region over it without a word.",
  consequence:
    '"different shared memory region could not share the same shm ID", "xen,shm-id ... does not match", "is not suitably aligned" and "Early FDT parsing failed"; over RAM the guest\'s kernel writes into the shared region.',
  fix: "Write the same xen,shared-mem host address and size in every node of the id; choose a guest address outside of the guest's RAM.",
  source:
    "common/device-tree/static-shmem.c:process_shm_node,process_shm,handle_shared_mem_bank@4.21..master (arch/arm/static-shmem.c@4.19,@4.20; arch/arm/bootfdt.c:process_shm_node@4.17,@4.18)",
  passing: example(owner + borrower("0x100000")),
  failing: example(owner + borrower("0x80000")),
  check(model, host) {
    const seen: { readonly shared: SharedMemory; readonly who: string }[] = [];
    for (const { shared, guest, who } of allShared(model)) {
      const place = {
        ...(guest !== null && { domain: guest }),
        node: shared.node,
        property: "xen,shared-mem",
      };
      for (const message of formProblems(shared)) host.report({ ...place, message: `${who}: ${message}` });
      const conflict = seen
        .map((other) => conflictOf(shared, other.shared, other.who))
        .find((text) => text !== null);
      if (conflict != null) host.report({ ...place, message: `${who}: ${conflict}` });
      seen.push({ shared, who });
      for (const report of guest === null ? [] : overRam(shared, guest)) host.report({ ...place, ...report });
    }
  },
};

function allShared(model: LayoutModel): { shared: SharedMemory; guest: GuestDomain | null; who: string }[] {
  const chosen = childNamed(model.host.tree.root, "chosen");
  const dom0 = chosen === null ? [] : sharedMemoryOf(chosen);
  return [
    ...dom0.map((shared) => ({ shared, guest: null, who: "Dom0" })),
    ...model.domains.flatMap((guest) => {
      return guest.config.sharedMemory.map((shared) => ({ shared, guest, who: guest.config.name }));
    }),
  ];
}

/** What is wrong with a node by itself. */
function formProblems({ node: { path }, id, host, guest, size, malformed, role }: SharedMemory): string[] {
  const result: string[] = [];
  if (id === null || id === "") result.push(`${path} has no xen,shm-id`);
  else if (id.length > ID_CHARACTERS_MAX) {
    result.push(`xen,shm-id "${id}" of ${path} has more than ${ID_CHARACTERS_MAX} characters`);
  }
  if (role !== null && role !== "owner" && role !== "borrower") {
    result.push(`role of ${path} is "${role}": only owner and borrower exist`);
  }
  if (malformed) return result;
  if (size === 0n) result.push(`${path} has no size`);
  const odd = [host ?? 0n, guest, size].find((value) => !isAligned(value, PAGE_SIZE));
  if (odd !== undefined) result.push(`${hexAddress(odd)} in xen,shared-mem of ${path} is no multiple of 4K`);
  return result;
}

function conflictOf(a: SharedMemory, b: SharedMemory, who: string): string | null {
  if (a.malformed || b.malformed) return null;
  if (a.id === b.id) {
    if (a.size !== b.size) {
      return `shared memory "${a.id}" has ${hexAddress(a.size)} bytes here and ${hexAddress(b.size)} in ${who}`;
    }
    if (a.host !== b.host) return `shared memory "${a.id}" is at another host address than in ${who}`;
    return null;
  }
  if (a.host === null || b.host === null) return null;
  const [mine, other] = [a, b].map(({ host, size }) => ({ start: host ?? 0n, size }));
  if (!overlaps(mine, other)) return null;
  return `shared memory "${a.id}" (${rangeText(mine)}) overlaps "${b.id}" of ${who} (${rangeText(other)})`;
}

function overRam(
  shared: SharedMemory,
  guest: GuestDomain,
): Pick<LayoutReport, "message" | "outcome" | "range">[] {
  if (shared.malformed) return [];
  const range = { start: shared.guest, size: shared.size };
  const bank = guest.ram.find((ram) => overlaps(ram, range));
  if (bank === undefined) return [];
  const message = `${guest.config.name}: shared memory "${shared.id}" is mapped at ${rangeText(range)}, over its RAM (${rangeText(bank)})`;
  return [{ message, outcome: "silent", range }];
}
