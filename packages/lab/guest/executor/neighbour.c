// SPDX-License-Identifier: MIT
/* A second domain that is a guest of its own: it grants its frames to the first one, as peer.c does for one that was made. */
#include "executor.h"

/* Into its bank, beyond this image (src/differential/caller.ts: NEIGHBOUR_FRAMES_AT). */
#define OFFSET (32UL << 20)
#define PEER_TAG 0xe0000000U
#define SPARE_DOMID 77
#define YIELD 0
#define TRIES 1000000

_Noreturn void neighbour_main(void)
{
	uint64_t gfn = (board.ram[0].start + OFFSET) / PAGE;
	uint16_t other = self == 1 ? 2 : 1;

	grant_table_place();
	for (unsigned int i = 0; i < PEER_PAGES; i++) {
		volatile uint32_t *words = (void *)((gfn + i) * PAGE);

		words[0] = i;
		words[1] = PEER_TAG;
	}
	for (unsigned int i = PEER_GRANTS; i-- > 0;) {
		const struct peer_grant *grant = &peer_grants[i];
		/* No frame is where the device registers of a board begin. */
		uint64_t frame = grant->gfn < PEER_GFN + PEER_PAGES ? gfn + grant->gfn - PEER_GFN : 1;

		grant_entry_write(grant->ref, grant->domid == SPARE_DOMID ? SPARE_DOMID : other, frame, grant->read_only);
	}
	for (;;)
		__asm__ volatile("wfi");
}

/* The granter writes its first ref last. */
void neighbour_wait(void)
{
	uint64_t gfn = region_gfn(1);

	for (unsigned int i = 0; i < TRIES; i++) {
		struct grant_map map = grant_map_of(head.peer, gfn, peer_grants[0].ref, 2);

		if (map.status == 0) {
			if (grant_unmap(gfn * PAGE, map.handle))
				fail("the second domain's grant cannot be unmapped");
			return;
		}
		if (map.status != -1)
			fail("the second domain's grant cannot be mapped: %d", map.status);
		hypercall(29, YIELD, 0, 0);
	}
	fail("the second domain grants nothing");
}
