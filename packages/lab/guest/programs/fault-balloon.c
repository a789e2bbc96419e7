// SPDX-License-Identifier: MIT
/* Frames that the guest does not own, extents that Xen did not do, mappings that the balloon destroys. */
#include "fault.h"

void not_owned(void)
{
	wrong("G01");
	expect("populate", reservation(POPULATE, region_gfn(1) + 7, 0), 0);
	right();
}

void balloon_hole(void)
{
	uint64_t gfn = hole_new();

	wrong("G12");
	expect("second decrease", reservation(DECREASE, gfn, 0), 0);
	right();
	refill(gfn);
}

void short_inflate(void)
{
	uint64_t block = gfn_of(block_new());

	expect("decrease", reservation(DECREASE, block + 5, 0), 1);
	wrong("G03 G12");
	expect("decrease of the block", reservation(DECREASE, block, ORDER_2M), 0);
	right();
	/* Only the frame that was known to be a hole comes back: frames 0 to 4 are lost. */
	refill(block + 5);
}

/* The decrease stops at its second extent; the third is taken for a hole all the same. */
void short_decrease_used(void)
{
	uint64_t gfns[] = { gfn_of(page_new()), hole_new(), gfn_of(page_new()) };
	uint32_t handle;

	wrong("G12");
	expect("decrease", reservation_of(DOMID_SELF, DECREASE, gfns, 3, 0), 1);
	wrong("G02 G04 G29");
	handle = map_at(gfns[2], 0);
	right();
	unmap_at(gfns[2], handle);
	expect("populate", reservation_of(DOMID_SELF, POPULATE, gfns, 3, 0), 3);
}

/* The populate stops at its first extent; the second is taken for RAM all the same. */
void short_populate_used(void)
{
	uint64_t gfns[] = { region_gfn(1) + 9, hole_new() };

	wrong("G01");
	expect("populate", reservation_of(DOMID_SELF, POPULATE, gfns, 2, 0), 0);
	wrong("G02 G12");
	expect("decrease", reservation(DECREASE, gfns[1], 0), 0);
	right();
	refill(gfns[1]);
}

void populate_over_grant(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	wrong("G10");
	refill(gfn);
	right();
	expect("decrease", reservation(DECREASE, gfn, 0), 1);
	unmap_at(gfn, handle);
	refill(gfn);
}

void superpage_over_grant(void)
{
	uint64_t block = gfn_of(block_new());
	uint32_t handle;

	expect("decrease", reservation(DECREASE, block + 5, 0), 1);
	handle = map_at(block + 5, 0);
	wrong("G10 G11");
	expect("populate", reservation(POPULATE, block, ORDER_2M), 1);
	right();
	expect("decrease", reservation(DECREASE, block + 5, 0), 1);
	unmap_at(block + 5, handle);
	refill(block + 5);
}

/* A granted page goes while its grant is mapped; a direct-mapped domain gets the same frame back. */
void balloon_granted(void)
{
	uint64_t gfn = hole_new(), page = gfn_of(granted.pages);
	uint32_t handle = map_at(gfn, 0);

	wrong("G13");
	expect("decrease", reservation(DECREASE, page, 0), 1);
	right();
	refill(page);
	unmap_at(gfn, handle);
	refill(gfn);
}

/* A granted page is a hole when its grant is mapped. */
void grant_hole(void)
{
	uint64_t gfn = hole_new(), page = gfn_of(granted.pages);

	wrong("G13");
	expect("decrease", reservation(DECREASE, page, 0), 1);
	wrong("G41");
	expect("map of a hole", grant_map(gfn, granted.refs[0], HOST_MAP).status, -9);
	right();
	refill(page);
	refill(gfn);
}

/* A page that no gfn maps. Dom0 has all pages that it may have, so its limit is raised first. */
void increase(void)
{
	uint16_t *domid = (void *)hypercall_buffer();
	long pages;

	*domid = DOMID_SELF;
	pages = hypercall(12, 3, (uint64_t)domid, 0);
	/* As "xl mem-max 0" does. */
	expect("domctl max_mem", domctl(MAX_MEM, 0, &(union domctl){ .kilobytes = (pages + 1) * (PAGE / 1024) }), 0);
	wrong("G32");
	expect("increase", reservation(INCREASE, 0, 0), 1);
	right();
}
