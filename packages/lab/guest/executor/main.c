// SPDX-License-Identifier: MIT
#include "executor.h"

struct board board;
uint16_t self;

/* No guest is told its id: only for oneself does this call answer a guest; Dom0 is the first that is asked for. */
#define DOMID_MAX 64

/* Before, XEN_DOMCTL_createdomain has no grant_opts, and another struct behind its place: peer.c does not fit. */
#define XEN_VERSION 17
#define XEN_4_16 (4 << 16 | 16)

static uint16_t own_domid(void)
{
	static uint16_t domid;

	for (domid = 0; domid < DOMID_MAX; domid++)
		if (hypercall(12, 3, (uint64_t)&domid, 0) >= 0)
			return domid;
	fail("this domain's id cannot be found out");
}

void guest_main(const void *device_tree)
{
	if (read_device_tree(device_tree, &board) || map_identity(&board))
		fail("no device tree, or no memory map");
	peek_vectors_install();
	self = own_domid();
	if (has_argument(&board, "neighbour"))
		neighbour_main();
	script_open();
	grant_table_place();
	if (head.peer_kind == PEER_TO_MAKE && hypercall(XEN_VERSION, 0, 0, 0) < XEN_4_16)
		head.peer_kind = PEER_NONE;
	if (head.peer_kind == PEER_TO_MAKE)
		peer_new();
	else if (head.peer_kind == PEER_GUEST)
		neighbour_wait();
	frames_set_aside();
	frames_print();
	execute();
	log_close();
	shut_down(POWER_OFF);
}
