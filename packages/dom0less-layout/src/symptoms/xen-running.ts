import type { Symptom } from "./symptom.ts";

/** What Xen says about guests that run (common/memory.c, common/grant_table.c, arch/arm/traps.c, vgic*.c@4.11..master). */
export const xenRunningSymptoms: readonly Symptom[] = [
  {
    name: "xenstore-page-abort",
    pattern: /HSR=0x[0-9a-f]+.* gpa=(?:0x)?0*(3900[0-9a-f]{4})\b/i,
    rules: ["L28"],
    cause:
      "The guest touched the page where a toolstack puts xenstore's ring (0x39000000 and up), and nothing is mapped there: it runs as a dom0less domain that nobody has introduced, or asked for no xenstore.",
    fix: 'Run init-dom0less in Dom0, use Xen 4.21 or later for a direct-mapped domain, or leave xenstore out (xen,enhanced = "no-xenstore").',
    addresses: true,
  },
  {
    name: "guest-data-abort",
    pattern: /HSR=0x[0-9a-f]+.* gpa=(?:0x)?([0-9a-f]+)/i,
    rules: ["L17", "L12"],
    cause:
      "The guest touched an address where nothing is mapped: reg of the partial tree and xen,reg differ, a page that it ballooned out, or a grant that is unmapped.",
    fix: "Find the address in the guest's tree; where it is RAM, replay the guest's hypercalls (xgt replay --events --gfn).",
    addresses: true,
  },
  {
    name: "icactiver",
    pattern: /unhandled (?:word )?(?:write|read) .{0,60}IS?C?ACTIVER/i,
    rules: [],
    cause:
      "Linux clears the active state of all interrupts when it starts, and Xen's GIC does not emulate that register.",
    fix: "Nothing: it is harmless.",
  },
  {
    name: "foreign-mfn",
    pattern: /mfn (?:0x)?[0-9a-f]+ doesn't belong to d\d+/i,
    rules: [],
    cause:
      "populate_physmap of a direct-mapped domain asked for a frame that is not in its static memory or belongs to somebody else: the frame was never its own, or it was given back to Xen's heap and handed on.",
    fix: "Populate only frames of the domain's own banks; look in a replay of its log for the decrease that gave the frame away.",
  },
  {
    name: "no-reserved-page",
    pattern: /failed to retrieve a reserved page/i,
    rules: [],
    cause: "A domain with static memory populates more frames than it has given back: its reserve is empty.",
    fix: "Balance populate and decrease_reservation; a static domain cannot grow beyond its banks.",
  },
  {
    name: "bad-page-free",
    pattern: /Bad page free for/i,
    rules: [],
    cause:
      "decrease_reservation named a frame that is no plain RAM of the domain any more: given back twice, or one that a grant or a foreign page lies on.",
    fix: "Replay the domain's log and look at the gfn (xgt replay --events --gfn): the earlier call that emptied it is there.",
  },
  {
    name: "maptrack-handle",
    pattern: /Failed to obtain maptrack handle/i,
    rules: [],
    cause:
      "The domain has more grants mapped than its maptrack holds; mostly mappings that are never unmapped.",
    fix: "Look for the leak in a replay of its log; where all are wanted, raise gnttab_max_maptrack_frames (max_maptrack_frames of the domain).",
  },
  {
    name: "grant-refused",
    pattern:
      /Bad flags .{0,40} or dom|Bad ref 0x[0-9a-f]+ for|gnttab.{0,40}(?:bad status|pin count overflow)/i,
    rules: [],
    cause:
      "A map or copy named a grant that the other domain has not offered: ended, never made, for another domain, or read-only.",
    fix: "Compare the two sides' logs (xgt replay A B): the grant's end stands before the map.",
  },
  {
    name: "p2m-pool-empty",
    pattern: /Failed to (?:allocate|populate) .{0,40}p2m|p2m_set_allocation|paging pool/i,
    rules: [],
    cause: "The domain's pool for page tables is used up, so a mapping fails with -12.",
    fix: "Raise xen,domain-p2m-mem-mb (shadow_memory of xl).",
  },
];
