// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "guest.h"

/* include/uapi/xen/privcmd.h: IOCTL_PRIVCMD_HYPERCALL */
struct privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};
#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

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
/* Xen 4.17 has 0x15, 4.20 has 0x17 (xen/include/public/domctl.h:XEN_DOMCTL_INTERFACE_VERSION). */
#define DOMCTL_VERSION_MIN 0x15
#define DOMCTL_VERSION_MAX 0x1f

static int privcmd = -1;
static uint8_t *buffer;

void hypercall_open(void)
{
	if (privcmd >= 0)
		return;
	privcmd = open("/dev/xen/privcmd", O_RDWR);
	if (privcmd < 0)
		fail("/dev/xen/privcmd: %s", strerror(errno));
	buffer = mmap(NULL, HYPERCALL_BUFFER_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	if (buffer == MAP_FAILED)
		fail("no buffer for hypercalls: %s", strerror(errno));
	memset(buffer, 0, HYPERCALL_BUFFER_SIZE);
}

uint8_t *hypercall_buffer(void)
{
	return buffer;
}

long hypercall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	struct privcmd_hypercall call = { nr, { a, b, c, 0, 0 } };
	long result = ioctl(privcmd, IOCTL_PRIVCMD_HYPERCALL, &call);

	/* The C library turns small negative results into errno. */
	return result == -1 ? -errno : result;
}

long reservation_of(uint16_t domid, unsigned int cmd, const uint64_t *gfns, unsigned int count, unsigned int order)
{
	struct {
		uint64_t extents, nr_extents;
		uint32_t order, flags;
		uint16_t domid, padding[3];
	} *argument = (void *)buffer;
	uint64_t *extents = (void *)(buffer + LIST_AT);

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
	} *argument = (void *)buffer;

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
	} *argument = (void *)buffer;

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
	} *op = (void *)buffer;
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
	struct grant_map *op = (void *)buffer;

	*op = (struct grant_map){ .host_addr = gfn * PAGE, .flags = flags, .ref = ref, .dom = granter };
	if (hypercall(GRANT_TABLE_OP, MAP_GRANT_REF, (uint64_t)op, 1) != 0)
		fail("map_grant_ref was refused as a whole");
	return *op;
}

struct grant_map grant_map(uint64_t gfn, uint32_t ref, uint32_t flags)
{
	return grant_map_of(0, gfn, ref, flags);
}

int grant_unmap(uint64_t host_addr, uint32_t handle)
{
	struct grant_unmap *op = (void *)buffer;

	*op = (struct grant_unmap){ .host_addr = host_addr, .handle = handle };
	if (hypercall(GRANT_TABLE_OP, UNMAP_GRANT_REF, (uint64_t)op, 1) != 0)
		fail("unmap_grant_ref was refused as a whole");
	return op->status;
}

int grant_replace(uint64_t host_addr, uint64_t new_addr, uint32_t handle)
{
	struct grant_unmap *op = (void *)buffer;

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
