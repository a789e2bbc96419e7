// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "guest.h"

/* Shared anonymous memory: the kernel neither copies nor moves it, so its gfn stays. */
uint8_t *page_new(void)
{
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);

	if (page == MAP_FAILED)
		fail("no page: %s", strerror(errno));
	memset(page, 0x5a, PAGE);
	return page;
}

uint8_t *block_new(void)
{
	uint8_t *block = mmap(NULL, FRAMES_2M * PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_LOCKED | MAP_POPULATE, -1, 0);

	if (block == MAP_FAILED)
		fail("no 2 MiB block: %s", strerror(errno));
	return block;
}

uint64_t gfn_of(const void *address)
{
	static int file = -1;
	uint64_t entry = 0;

	if (file < 0)
		file = open("/proc/self/pagemap", O_RDONLY);
	if (pread(file, &entry, sizeof(entry), (uint64_t)address / PAGE * sizeof(entry)) != sizeof(entry))
		fail("pagemap cannot be read: %s", strerror(errno));
	if (!(entry >> 63))
		fail("a page of this process is not in memory");
	return entry & ((1ULL << 55) - 1);
}

uint64_t region_gfn(unsigned int index)
{
	uint64_t cells[2] = { 0, 0 };
	int file = open("/proc/device-tree/hypervisor/reg", O_RDONLY);

	if (pread(file, cells, sizeof(cells), index * sizeof(cells)) != sizeof(cells))
		fail("region %u cannot be read", index);
	close(file);
	return be64toh(cells[0]) / PAGE;
}
