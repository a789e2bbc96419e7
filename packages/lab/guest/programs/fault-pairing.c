// SPDX-License-Identifier: MIT
/* Maps and unmaps that do not go together, and values of failed ops that are used. */
#include "fault.h"

void double_map(void)
{
	uint64_t gfn = hole_new();
	uint32_t first = map_at(gfn, 0), second;

	wrong("G09");
	second = map_at(gfn, 1);
	right();
	unmap_at(gfn, second);
	unmap_at(gfn, first);
	refill(gfn);
}

void unmap_noop(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	wrong("G21");
	expect("unmap of nothing", grant_unmap(0, handle), 0);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

/* Another own page is named: Xen 4.17 and later find another frame there and refuse. */
void unmap_elsewhere(void)
{
	uint64_t gfn = hole_new(), other = gfn_of(page_new());
	uint32_t handle = map_at(gfn, 0);

	wrong("G22");
	expect("unmap at another page", grant_unmap(other * PAGE, handle), -1);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

void double_unmap(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	unmap_at(gfn, handle);
	wrong("G23");
	expect("second unmap", grant_unmap(gfn * PAGE, handle), -4);
	right();
	refill(gfn);
}

void status_ignored(void)
{
	uint64_t gfn = hole_new();
	struct grant_map map = grant_map(gfn, 500000, HOST_MAP);

	expect("map of a ref that is none", map.status, -3);
	wrong("G23 G24");
	expect("unmap of a handle that is none", grant_unmap(gfn * PAGE, 900000), -4);
	right();
	refill(gfn);
}

/*
 * The kernel clears its entry whatever its unmap answered. Its handle is exchanged for another one behind its back, so
 * that the grant is still mapped after that; an unmap of it that Xen refuses (a replacement, on Arm) shows it.
 */
void cleared_but_mapped(void)
{
	struct mapping mapping = mapping_new(granted.refs, 1, false);
	uint64_t gfn = gfn_of(mapping.pages);
	uint32_t handle;

	unmap_at(gfn, kernel_handle(gfn));
	wrong("G06");
	handle = map_at(gfn, 0);
	wrong("G23");
	mapping_free(&mapping);
	wrong("G07");
	expect("unmap_and_replace", grant_replace(gfn * PAGE, (gfn + 1) * PAGE, handle), -1);
	right();
	unmap_at(gfn, handle);
}
