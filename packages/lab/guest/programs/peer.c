// SPDX-License-Identifier: MIT
/* A second domain, never started: its memory, grants and grant table are what calls on other domains' frames need. */
#include "calls.h"

#define HVM_AND_HAP 3
#define MAX_KILOBYTES 1024
/* Its p2m tables come from a pool of its own, which is empty at first (arch/arm/mmu/p2m.c:p2m_init@4.20). */
#define P2M_POOL_BYTES (64 * PAGE)

struct grant_entry {
	uint16_t flags, domid;
	uint32_t frame;
};
#define PERMIT_ACCESS 1
#define READ_ONLY 4

static void domctl_peer(const char *what, uint32_t cmd, union domctl argument)
{
	long result = domctl(cmd, PEER, &argument);

	if (result)
		fail("%s: %ld", what, result);
}

static void create(void)
{
	union domctl argument = { .create = { .flags = HVM_AND_HAP, .vcpus = 1, .event_channels = 127,
					      .grant_frames = PEER_GRANT_FRAMES, .maptrack_frames = 1,
					      .grant_version = 1 } };

	domctl_peer("no second domain", CREATE_DOMAIN, argument);
}

static void populate(uint64_t gfn)
{
	long result = reservation_of(PEER, POPULATE, &gfn, 1, 0);

	if (result != 1)
		fail("the second domain gets no memory: %ld", result);
}

/* Puts the first frame of the peer's grant table in the place of a page of ours, which is given back first. */
static void acquire_table(const uint8_t *page)
{
	long result;

	if (reservation(DECREASE, gfn_of(page), 0) != 1)
		fail("a page cannot be given back");
	result = acquire_grant_table(PEER, gfn_of(page));
	if (result)
		fail("the second domain's grant table: %ld", result);
}

const struct peer_grant peer_grants[PEER_GRANTS] = {
	{ 8, PEER_GFN, 0, false }, { 9, PEER_GFN + 1, 0, false }, { 10, PEER_GFN + 2, 0, true },
	{ 11, PEER_GFN + 3, 77, false }, { 12, PEER_GFN + PEER_PAGES, 0, false },
};

void peer_new(void)
{
	uint8_t *page = page_new();
	volatile struct grant_entry *table = (void *)page;

	create();
	domctl_peer("the second domain may have no memory", MAX_MEM, (union domctl){ .kilobytes = MAX_KILOBYTES });
	domctl_peer("the second domain gets no pool for its p2m tables", SET_P2M_POOL,
		    (union domctl){ .pool_bytes = P2M_POOL_BYTES });
	for (unsigned int i = 0; i < PEER_PAGES; i++)
		populate(PEER_GFN + i);
	acquire_table(page);
	for (unsigned int i = 0; i < PEER_GRANTS; i++) {
		volatile struct grant_entry *entry = &table[peer_grants[i].ref];

		entry->domid = peer_grants[i].domid;
		entry->frame = peer_grants[i].gfn;
		entry->flags = PERMIT_ACCESS | (peer_grants[i].read_only ? READ_ONLY : 0);
	}
	if (reservation(POPULATE, gfn_of(page), 0) != 1)
		fail("a page cannot be put back");
}

void peer_free(void)
{
	domctl_peer("the second domain cannot be ended", DESTROY_DOMAIN, (union domctl){ .kilobytes = 0 });
}
