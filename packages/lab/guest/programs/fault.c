// SPDX-License-Identifier: MIT
/*
 * A faulty guest: each fault breaks rules on purpose, on pages set aside for it. Most put them back; what some are about
 * stays: a page without a gfn (increase), holes (short-inflate, no-repopulate), a mapping (peer-ends). Marks in the
 * capture module's log stand around each call that is wrong, and name the rules that it must break.
 * usage: fault NAME...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fault.h"

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "not-owned", not_owned },
	{ "balloon-hole", balloon_hole },
	{ "short-inflate", short_inflate },
	{ "short-decrease-used", short_decrease_used },
	{ "short-populate-used", short_populate_used },
	{ "populate-over-grant", populate_over_grant },
	{ "superpage-over-grant", superpage_over_grant },
	{ "balloon-granted", balloon_granted },
	{ "grant-hole", grant_hole },
	{ "increase", increase },

	{ "device-map", device_map },
	{ "domid-self", domid_self },
	{ "misaligned", misaligned },
	{ "frame-remap", frame_remap },
	{ "remove-grant", remove_grant },
	{ "grant-window", grant_window },
	{ "transfer", transfer },
	{ "partial-batch", partial_batch },
	{ "errs-ignored", errs_ignored },
	{ "remove-ignored", remove_ignored },

	{ "grant-over-ram", grant_over_ram },
	{ "xen-page-over-ram", xen_page_over_ram },
	{ "no-repopulate", no_repopulate },

	{ "double-map", double_map },
	{ "unmap-noop", unmap_noop },
	{ "unmap-elsewhere", unmap_elsewhere },
	{ "double-unmap", double_unmap },
	{ "status-ignored", status_ignored },
	{ "cleared-but-mapped", cleared_but_mapped },

	{ "foreign-over-ram", foreign_over_ram },
	{ "resource-over-ram", resource_over_ram },
	{ "foreign-copied", foreign_copied },
	{ "peer-grant-copied", peer_grant_copied },
	{ "remove-peer-grant", remove_peer_grant },
	{ "peer-ends", peer_ends },

	{ "dma-to-hole", dma_to_hole },
	{ "dma-after-unmap", dma_after_unmap },
	{ "dma-under-grant", dma_under_grant },
	{ "dma-to-foreign", dma_to_foreign },
	{ "dma-stale", dma_stale },
	{ "dma-replaced", dma_replaced },
	{ "dma-wrong-frame", dma_wrong_frame },
	{ "dma-straddles", dma_straddles },
};

static void run(const char *name)
{
	for (unsigned int at = 0; at < sizeof(faults) / sizeof(faults[0]); at++) {
		if (strcmp(name, faults[at].name))
			continue;
		fault_name = name;
		faults[at].run();
		printf("%s\n", name);
		return;
	}
	fail("no fault is called %s", name);
}

/* A page that a fault leaves as a hole must not be freed while the kernel lives: a child keeps them all. */
static void keep_pages(void)
{
	if (fork() == 0) {
		sleep(600);
		_exit(0);
	}
}

int fault_main(int argc, char **argv)
{
	atexit(keep_pages);
	hypercall_open();
	granted = grants_new(2);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	peer_end();
	return 0;
}
