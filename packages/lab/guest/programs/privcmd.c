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
