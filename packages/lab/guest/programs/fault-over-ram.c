// SPDX-License-Identifier: MIT
/* Mappings over RAM in use, and RAM that does not come back. */
#include "fault.h"

#define SPARE_FRAME 40

void grant_over_ram(void)
{
	uint64_t gfn = gfn_of(page_new());
	uint32_t handle;

	wrong("G04 G29");
	handle = map_at(gfn, 0);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

void xen_page_over_ram(void)
{
	uint64_t gfn = gfn_of(page_new());

	wrong("G14 G29");
	expect("add_to_physmap", add_to_physmap(DOMID_SELF, SPACE_GRANT_TABLE, SPARE_FRAME, gfn), 0);
	right();
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	refill(gfn);
}

/* The unmap leaves a hole for ever. */
void no_repopulate(void)
{
	uint64_t gfn = gfn_of(page_new());
	uint32_t handle;

	wrong("G04 G29");
	handle = map_at(gfn, 0);
	wrong("G05");
	unmap_at(gfn, handle);
	right();
}
