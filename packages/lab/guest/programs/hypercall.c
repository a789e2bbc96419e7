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

/* increase (0), decrease (1) or populate (6) of one extent of this domain */
long reservation(unsigned int cmd, uint64_t gfn, unsigned int order)
{
	struct {
		uint64_t extents, nr_extents;
		uint32_t order, flags;
		uint16_t domid, padding[3];
	} *argument = (void *)buffer;
	uint64_t *extent = (void *)(buffer + 256);

	*extent = gfn;
	memset(argument, 0, sizeof(*argument));
	argument->extents = (uint64_t)extent;
	argument->nr_extents = 1;
	argument->order = order;
	argument->domid = DOMID_SELF;
	return hypercall(12, cmd, (uint64_t)argument, 0);
}

struct grant_map grant_map_of(uint16_t granter, uint64_t gfn, uint32_t ref, uint32_t flags)
{
	struct grant_map *op = (void *)buffer;

	*op = (struct grant_map){ .host_addr = gfn * PAGE, .flags = flags, .ref = ref, .dom = granter };
	if (hypercall(20, 0, (uint64_t)op, 1) != 0)
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
	if (hypercall(20, 1, (uint64_t)op, 1) != 0)
		fail("unmap_grant_ref was refused as a whole");
	return op->status;
}

int grant_replace(uint64_t host_addr, uint64_t new_addr, uint32_t handle)
{
	struct grant_unmap *op = (void *)buffer;

	/* The same layout: its second address is the new one. */
	*op = (struct grant_unmap){ .host_addr = host_addr, .dev_bus_addr = new_addr, .handle = handle };
	if (hypercall(20, 7, (uint64_t)op, 1) != 0)
		fail("unmap_and_replace was refused as a whole");
	return op->status;
}
