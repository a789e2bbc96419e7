// SPDX-License-Identifier: MIT
/* Hypercalls with their arguments, whatever issues them: privcmd.c in a process, the executor's shim without Linux. */
#include <errno.h>
#include <string.h>
#include "calls.h"

#define MEMORY_OP 12
#define GRANT_TABLE_OP 20
#define DOMCTL 36
#define ADD_TO_PHYSMAP 7
#define ACQUIRE_RESOURCE 28
#define RESOURCE_GRANT_TABLE 1
#define MAP_GRANT_REF 0
#define UNMAP_GRANT_REF 1
#define COPY 5
#define UNMAP_AND_REPLACE 7
/* Where lists of gfns lie in the buffer, behind the struct that points to them. */
#define LIST_AT 256
/* Xen 4.16 has 0x14, 4.20 has 0x17 (xen/include/public/domctl.h:XEN_DOMCTL_INTERFACE_VERSION). */
#define DOMCTL_VERSION_MIN 0x14
#define DOMCTL_VERSION_MAX 0x1f

long reservation_of(uint16_t domid, unsigned int cmd, const uint64_t *gfns, unsigned int count, unsigned int order)
{
	struct {
		uint64_t extents, nr_extents;
		uint32_t order, flags;
		uint16_t domid, padding[3];
	} *argument = (void *)hypercall_buffer();
	uint64_t *extents = (void *)(hypercall_buffer() + LIST_AT);

	memcpy(extents, gfns, count * sizeof(*gfns));
	memset(argument, 0, sizeof(*argument));
	argument->extents = (uint64_t)extents;
	argument->nr_extents = count;
	argument->order = order;
	argument->domid = domid;
	return hypercall(MEMORY_OP, cmd, (uint64_t)argument, 0);
}

/* One extent of this domain. */
long reservation(unsigned int cmd, uint64_t gfn, unsigned int order)
{
	return reservation_of(DOMID_SELF, cmd, &gfn, 1, order);
}

long add_to_physmap(uint16_t domid, uint32_t space, uint64_t index, uint64_t gfn)
{
	struct {
		uint16_t domid, size;
		uint32_t space;
		uint64_t index, gfn;
	} *argument = (void *)hypercall_buffer();

	argument->domid = domid;
	argument->size = 0;
	argument->space = space;
	argument->index = index;
	argument->gfn = gfn;
	return hypercall(MEMORY_OP, ADD_TO_PHYSMAP, (uint64_t)argument, 0);
}

long acquire_grant_table(uint16_t domid, uint64_t gfn)
{
	struct {
		uint16_t domid, type;
		uint32_t id, nr_frames, padding;
		uint64_t frame, list, gfn;
	} *argument = (void *)hypercall_buffer();

	memset(argument, 0, sizeof(*argument));
	argument->domid = domid;
	argument->type = RESOURCE_GRANT_TABLE;
	argument->nr_frames = 1;
	argument->list = (uint64_t)&argument->gfn;
	argument->gfn = gfn;
	return hypercall(MEMORY_OP, ACQUIRE_RESOURCE, (uint64_t)argument, 0);
}

/* Xen refuses every interface version but its own with -EACCES. */
long domctl(uint32_t cmd, uint16_t domid, const union domctl *argument)
{
	static uint32_t version = DOMCTL_VERSION_MIN;
	struct {
		uint32_t cmd, version;
		uint16_t domid, padding[3];
		union domctl argument;
	} *op = (void *)hypercall_buffer();
	long result;

	for (;;) {
		memset(op, 0, sizeof(*op));
		op->cmd = cmd;
		op->version = version;
		op->domid = domid;
		op->argument = *argument;
		result = hypercall(DOMCTL, (uint64_t)op, 0, 0);
		if (result != -EACCES || version == DOMCTL_VERSION_MAX)
			return result;
		version++;
	}
}

struct grant_map grant_map_of(uint16_t granter, uint64_t gfn, uint32_t ref, uint32_t flags)
{
	struct grant_map *op = (void *)hypercall_buffer();

	*op = (struct grant_map){ .host_addr = gfn * PAGE, .flags = flags, .ref = ref, .dom = granter };
	if (hypercall(GRANT_TABLE_OP, MAP_GRANT_REF, (uint64_t)op, 1) != 0)
		fail("map_grant_ref was refused as a whole");
	return *op;
}

int grant_unmap(uint64_t host_addr, uint32_t handle)
{
	struct grant_unmap *op = (void *)hypercall_buffer();

	*op = (struct grant_unmap){ .host_addr = host_addr, .handle = handle };
	if (hypercall(GRANT_TABLE_OP, UNMAP_GRANT_REF, (uint64_t)op, 1) != 0)
		fail("unmap_grant_ref was refused as a whole");
	return op->status;
}

int grant_replace(uint64_t host_addr, uint64_t new_addr, uint32_t handle)
{
	struct grant_unmap *op = (void *)hypercall_buffer();

	/* The same layout: its second address is the new one. */
	*op = (struct grant_unmap){ .host_addr = host_addr, .dev_bus_addr = new_addr, .handle = handle };
	if (hypercall(GRANT_TABLE_OP, UNMAP_AND_REPLACE, (uint64_t)op, 1) != 0)
		fail("unmap_and_replace was refused as a whole");
	return op->status;
}

void grant_copy(struct grant_copy *ops, unsigned int count)
{
	if (hypercall(GRANT_TABLE_OP, COPY, (uint64_t)ops, count) != 0)
		fail("copy was refused as a whole");
}
