import { MARKED_FRAMES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { exampleLog, frame, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";

/** An entry is ended that is ended already: a free list of refs gets the same ref twice. */
export const ungrantOfNothing: Rule = {
  id: "G50",
  name: "ungrant-of-nothing",
  severity: "warning",
  what: "A grant entry that is ended was granted.",
  why: "Where a guest keeps a list of free refs, ending one twice puts it there twice: later two users get the same ref, and the second entry replaces the first.",
  fix: "End each grant once; set the stored ref to an invalid one when it is ended.",
  source:
    "Linux drivers/xen/grant-table.c:put_free_entry@6.1; Zephyr drivers/xen/gnttab.c:put_free_entry@06758ff2",
  needs: ["grant-entries"],
  passing: exampleLog({ ev: "grant", ref: 8, dom: 1, gfn: frame(RAM), ro: false }, { ev: "ungrant", ref: 8 }),
  failing: exampleLog(
    { ev: "grant", ref: 8, dom: 1, gfn: frame(RAM), ro: false },
    { ev: "ungrant", ref: 8 },
    { ev: "ungrant", ref: 8 },
  ),
  beyondRepair: "The guest's list of free refs holds the ref twice already; no call shows it taken out.",
  watch(host) {
    /** Refs that were ended in this log, with the event, and not granted since. */
    const ended = new Map<Domain, Map<number, number>>();
    let kept = 0;
    return {
      grant(domain, ref, dom) {
        let refs = ended.get(domain);
        if (dom >= 0) {
          if (refs?.delete(ref)) kept--;
          return;
        }
        const before = refs?.get(ref) ?? 0;
        if (domain.grants.get(ref) === undefined && (before > 0 || domain.grants.allSeen)) {
          host.report(ungrantOfNothing, {
            domain,
            message: `ref ${ref} is ended although it is not granted${before > 0 ? `: event ${before} ended it` : ""}`,
            ...causedBy(before, "ended here"),
          });
        }
        if (kept >= MARKED_FRAMES_MAX && before === 0) return;
        if (refs === undefined) {
          refs = new Map();
          ended.set(domain, refs);
        }
        if (before === 0) kept++;
        refs.set(ref, host.machine.event);
      },
      forgotten(domain) {
        kept -= ended.get(domain)?.size ?? 0;
        ended.delete(domain);
      },
    };
  },
};
