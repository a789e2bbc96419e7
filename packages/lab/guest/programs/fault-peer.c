// SPDX-License-Identifier: MIT
/* Another domain's frames, mapped without and with a grant. */
#include <errno.h>
#include "fault.h"

#define COPY_BYTES 64

static bool peer_made;

static void peer_once(void)
{
	if (!peer_made)
		peer_new();
	peer_made = true;
}

void peer_end(void)
{
	if (peer_made)
		peer_free();
	peer_made = false;
}

void map_foreign(uint64_t gfn)
{
	peer_once();
	expect("foreign map", add_batch(SPACE_FOREIGN, PEER, PEER_GFN, gfn), 0);
}

/* Copies from a gfn of this domain to a page that it granted itself; returns the op's status. */
static int copy_from(uint64_t gfn)
{
	struct grant_copy *op = (void *)hypercall_buffer();

	*op = (struct grant_copy){ .source = gfn, .source_domid = DOMID_SELF, .dest = granted.refs[0],
				   .length = COPY_BYTES, .flags = COPY_DEST_IS_REF };
	grant_copy(op, 1);
	return op->status;
}

static uint32_t map_peer(uint64_t gfn)
{
	struct grant_map map;

	peer_once();
	map = grant_map_of(PEER, gfn, peer_grants[0].ref, HOST_MAP);
	expect("map of the peer's grant", map.status, 0);
	return map.handle;
}

void foreign_over_ram(void)
{
	uint64_t gfn = gfn_of(page_new());

	peer_once();
	wrong("G15 G29");
	map_foreign(gfn);
	right();
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	refill(gfn);
}

void resource_over_ram(void)
{
	uint64_t gfn = gfn_of(page_new());

	peer_once();
	wrong("G15 G29");
	expect("acquire_resource", acquire_grant_table(PEER, gfn), 0);
	right();
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	refill(gfn);
}

void foreign_copied(void)
{
	uint64_t gfn = hole_new();

	map_foreign(gfn);
	wrong("G42");
	expect("copy from a foreign frame", copy_from(gfn), -9);
	right();
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	refill(gfn);
}

void peer_grant_copied(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_peer(gfn);

	wrong("G42");
	expect("copy from a granted frame", copy_from(gfn), -9);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

/* Of another domain's grant Xen says that no page is there, and the grant stays. */
void remove_peer_grant(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_peer(gfn);

	wrong("G27");
	expect("remove_from_physmap", remove_from_physmap(gfn), -ENOENT);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

/* The peer is ended while its grant is mapped, and the handle is never released. */
void peer_ends(void)
{
	uint64_t gfn = hole_new();

	peer_once();
	wrong("G20 G40");
	map_peer(gfn);
	right();
	peer_end();
}
