// SPDX-License-Identifier: MIT
/*
 * A second domain, never started: its memory, grants and grant table are what calls on other domains' frames need.
 * Layouts are those of XEN_DOMCTL_INTERFACE_VERSION 0x15 to 0x17 (xen/include/public/domctl.h, Xen 4.17 to 4.20).
 */
#include <errno.h>
#include <string.h>
#include "guest.h"

#define DOMCTL 36
#define CREATE_DOMAIN 1
#define DESTROY_DOMAIN 2
#define MAX_MEM 11
#define SET_P2M_POOL 86
#define VERSION_MIN 0x15
#define VERSION_MAX 0x1f
#define HVM_AND_HAP 3
#define MAX_KILOBYTES 1024
/* Its p2m tables come from a pool of its own, which is empty at first (arch/arm/mmu/p2m.c:p2m_init@4.20). */
#define P2M_POOL_BYTES (64 * PAGE)

struct domctl {
	uint32_t cmd, version;
	uint16_t domid, padding[3];
	union {
		uint8_t bytes[128];
		uint64_t kilobytes;
		uint64_t pool_bytes;
		struct {
			uint32_t ssidref;
			uint8_t handle[16];
			uint32_t flags, iommu, vcpus, event_channels;
			int32_t grant_frames, maptrack_frames;
			uint32_t grant_version;
			/* What follows differs by version; 0 is right for all of it. */
		} create;
	};
};

struct grant_entry {
	uint16_t flags, domid;
	uint32_t frame;
};
#define PERMIT_ACCESS 1
#define READ_ONLY 4

static uint32_t version;

static struct domctl *domctl_new(uint32_t cmd)
{
	struct domctl *op = (void *)hypercall_buffer();

	memset(op, 0, sizeof(*op));
	op->cmd = cmd;
	op->version = version;
	op->domid = PEER;
	return op;
}

static void create(void)
{
	long result = -EACCES;

	/* Another version than Xen's own is refused with EACCES. */
	for (version = VERSION_MIN; result == -EACCES && version <= VERSION_MAX; version++) {
		struct domctl *op = domctl_new(CREATE_DOMAIN);

		op->create.flags = HVM_AND_HAP;
		op->create.vcpus = 1;
		op->create.event_channels = 127;
		op->create.grant_frames = PEER_GRANT_FRAMES;
		op->create.maptrack_frames = 1;
		op->create.grant_version = 1;
		result = hypercall(DOMCTL, (uint64_t)op, 0, 0);
	}
	version--;
	if (result)
		fail("no second domain: %ld", result);
}

/* As Dom0's own extents, but in the other domain. */
static void populate(uint64_t gfn)
{
	struct {
		uint64_t extents, nr_extents;
		uint32_t order, flags;
		uint16_t domid, padding[3];
		uint64_t extent;
	} *argument = (void *)hypercall_buffer();
	long result;

	memset(argument, 0, sizeof(*argument));
	argument->extents = (uint64_t)&argument->extent;
	argument->nr_extents = 1;
	argument->domid = PEER;
	argument->extent = gfn;
	result = hypercall(12, 6, (uint64_t)argument, 0);
	if (result != 1)
		fail("the second domain gets no memory: %ld", result);
}

/* Puts the first frame of the peer's grant table in the place of a page of ours, which is given back first. */
static void acquire_table(const uint8_t *page)
{
	struct {
		uint16_t domid, type;
		uint32_t id, nr_frames, padding;
		uint64_t frame, list, gfn;
	} *argument = (void *)hypercall_buffer();
	long result;

	if (reservation(1, gfn_of(page), 0) != 1)
		fail("a page cannot be given back");
	memset(argument, 0, sizeof(*argument));
	argument->domid = PEER;
	argument->type = 1;
	argument->nr_frames = 1;
	argument->list = (uint64_t)&argument->gfn;
	argument->gfn = gfn_of(page);
	result = hypercall(12, 28, (uint64_t)argument, 0);
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
	struct domctl *op;

	create();
	op = domctl_new(MAX_MEM);
	op->kilobytes = MAX_KILOBYTES;
	if (hypercall(DOMCTL, (uint64_t)op, 0, 0))
		fail("the second domain may have no memory");
	op = domctl_new(SET_P2M_POOL);
	op->pool_bytes = P2M_POOL_BYTES;
	if (hypercall(DOMCTL, (uint64_t)op, 0, 0))
		fail("the second domain gets no pool for its p2m tables");
	for (unsigned int i = 0; i < PEER_PAGES; i++)
		populate(PEER_GFN + i);
	acquire_table(page);
	for (unsigned int i = 0; i < PEER_GRANTS; i++) {
		volatile struct grant_entry *entry = &table[peer_grants[i].ref];

		entry->domid = peer_grants[i].domid;
		entry->frame = peer_grants[i].gfn;
		entry->flags = PERMIT_ACCESS | (peer_grants[i].read_only ? READ_ONLY : 0);
	}
	if (reservation(6, gfn_of(page), 0) != 1)
		fail("a page cannot be put back");
}

void peer_free(void)
{
	if (hypercall(DOMCTL, (uint64_t)domctl_new(DESTROY_DOMAIN), 0, 0))
		fail("the second domain cannot be ended");
}
