import { exampleLogWith, RAM, share, unshare } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

/** The guest counts a buffer back that the secure world does not have. */
export const unshareOfNothing: Rule = {
  id: "G55",
  name: "unshare-of-nothing",
  severity: "warning",
  what: "A page that the secure world gives back was shared with it.",
  why: "Xen answers FF-A's reclaim of an unknown handle with an error, and passes an unknown OP-TEE buffer by: the guest's own list of shared pages is wrong, so that it may free a page that is still shared.",
  fix: "Unregister each buffer once, with the pages that it was registered with.",
  source:
    "Xen arch/arm/tee/ffa_shm.c:ffa_handle_mem_reclaim@master, arch/arm/tee/optee.c:free_optee_shm_buf@master",
  needs: ["shares"],
  passing: exampleLogWith({ from_boot: true }, share(RAM), unshare(RAM)),
  failing: exampleLogWith({ from_boot: true }, share(RAM), unshare(RAM + 1)),
  beyondRepair: "The guest's list of shared pages is wrong already; no later event shows it mended.",
  watch(host) {
    return {
      share(domain, gfn, count, _partner, begins) {
        if (begins || !domain.shared.allSeen) return;
        for (let page = gfn; page < gfn + count; page++) {
          if (domain.shared.at(page) !== undefined) continue;
          host.report(unshareOfNothing, {
            domain,
            gfn: page,
            message: "the secure world gives back a page that it does not have",
          });
        }
      },
    };
  },
};
