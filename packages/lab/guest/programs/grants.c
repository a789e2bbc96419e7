// SPDX-License-Identifier: MIT
/* Loopback grants through the kernel's own drivers. usage: grant COUNT ROUNDS [ro] */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "guest.h"

/* include/uapi/xen/gntalloc.h */
struct gntalloc_alloc {
	uint16_t domid, flags;
	uint32_t count;
	uint64_t index;
	uint32_t refs[];
};
struct gntalloc_dealloc {
	uint64_t index;
	uint32_t count;
};
#define GNTALLOC_ALLOC _IOC(_IOC_NONE, 'G', 5, 24)
#define GNTALLOC_DEALLOC _IOC(_IOC_NONE, 'G', 6, 16)
#define GNTALLOC_WRITABLE 1

/* include/uapi/xen/gntdev.h */
struct gntdev_map {
	uint32_t count, padding;
	uint64_t index;
	struct {
		uint32_t domid, ref;
	} refs[];
};
struct gntdev_unmap {
	uint64_t index;
	uint32_t count, padding;
};
#define GNTDEV_MAP _IOC(_IOC_NONE, 'G', 0, 24)
#define GNTDEV_UNMAP _IOC(_IOC_NONE, 'G', 1, 16)

uint16_t own_domid(void)
{
	const char *text = getenv("XGT_DOMID");

	return text ? (uint16_t)atoi(text) : 0;
}

static int alloc_file(void)
{
	static int file = -1;

	if (file < 0)
		file = open("/dev/xen/gntalloc", O_RDWR);
	if (file < 0)
		fail("/dev/xen/gntalloc: %s", strerror(errno));
	return file;
}

static int map_file(void)
{
	static int file = -1;

	if (file < 0)
		file = open("/dev/xen/gntdev", O_RDWR);
	if (file < 0)
		fail("/dev/xen/gntdev: %s", strerror(errno));
	return file;
}

static struct grants grants_with(unsigned int count, uint16_t flags)
{
	struct gntalloc_alloc *alloc = calloc(1, sizeof(*alloc) + count * sizeof(alloc->refs[0]));
	struct grants grants = { .count = count, .refs = calloc(count, sizeof(uint32_t)) };

	alloc->domid = own_domid();
	alloc->flags = flags;
	alloc->count = count;
	if (ioctl(alloc_file(), GNTALLOC_ALLOC, alloc))
		fail("%u pages cannot be granted: %s", count, strerror(errno));
	grants.index = alloc->index;
	memcpy(grants.refs, alloc->refs, count * sizeof(uint32_t));
	free(alloc);
	grants.pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, alloc_file(), grants.index);
	if (grants.pages == MAP_FAILED)
		fail("granted pages cannot be mapped: %s", strerror(errno));
	return grants;
}

struct grants grants_new(unsigned int count)
{
	return grants_with(count, GNTALLOC_WRITABLE);
}

struct grants grants_new_read_only(unsigned int count)
{
	return grants_with(count, 0);
}

void grants_free(struct grants *grants)
{
	struct gntalloc_dealloc dealloc = { grants->index, grants->count };

	munmap(grants->pages, grants->count * PAGE);
	if (ioctl(alloc_file(), GNTALLOC_DEALLOC, &dealloc))
		fail("grants cannot be ended: %s", strerror(errno));
	free(grants->refs);
}

static void unmap_index(const struct mapping *mapping)
{
	struct gntdev_unmap unmap = { mapping->index, mapping->count, 0 };

	if (ioctl(map_file(), GNTDEV_UNMAP, &unmap))
		fail("gntdev keeps its grants: %s", strerror(errno));
}

bool mapping_try(const uint32_t *refs, unsigned int count, bool read_only, struct mapping *mapping)
{
	struct gntdev_map *map = calloc(1, sizeof(*map) + count * sizeof(map->refs[0]));
	int error;

	*mapping = (struct mapping){ .count = count };
	map->count = count;
	for (unsigned int i = 0; i < count; i++) {
		map->refs[i].domid = own_domid();
		map->refs[i].ref = refs[i];
	}
	if (ioctl(map_file(), GNTDEV_MAP, map))
		fail("gntdev refuses %u grants: %s", count, strerror(errno));
	mapping->index = map->index;
	free(map);
	mapping->pages = mmap(NULL, count * PAGE, read_only ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, map_file(),
			      mapping->index);
	if (mapping->pages != MAP_FAILED)
		return true;
	error = errno;
	unmap_index(mapping);
	errno = error;
	return false;
}

struct mapping mapping_new(const uint32_t *refs, unsigned int count, bool read_only)
{
	struct mapping mapping;

	if (!mapping_try(refs, count, read_only, &mapping))
		fail("%u grants cannot be mapped: %s", count, strerror(errno));
	return mapping;
}

void mapping_free(struct mapping *mapping)
{
	munmap(mapping->pages, mapping->count * PAGE);
	unmap_index(mapping);
}

struct grant_map grant_map(uint64_t gfn, uint32_t ref, uint32_t flags)
{
	return grant_map_of(own_domid(), gfn, ref, flags);
}

uint32_t kernel_handle(uint64_t gfn)
{
	static char text[8 << 20];
	char name[40];
	size_t used = 0;
	ssize_t got;
	int file = open("/proc/xgt_capture", O_RDONLY);
	char *at, *found = NULL, *end;
	unsigned int position = 0;

	if (file < 0)
		fail("/proc/xgt_capture: %s", strerror(errno));
	while (used < sizeof(text) - 1 && (got = read(file, text + used, sizeof(text) - 1 - used)) > 0)
		used += got;
	close(file);
	text[used] = 0;
	snprintf(name, sizeof(name), "{\"host_addr\":\"0x%llx\",\"flags\"", (unsigned long long)gfn * PAGE);
	for (at = text; (at = strstr(at, name)); at++)
		found = at;
	if (!found)
		fail("the log has no map at gfn 0x%llx", (unsigned long long)gfn);
	/* Which op of its call: its result stands at the same place of the next line's list. */
	for (at = found; at > text && *at != '['; at--)
		position += at != found && *at == '{';
	end = strchr(found, '\n');
	for (at = end; at; at++) {
		at = strstr(at, "\"handle\":");
		if (!at)
			break;
		if (!position--)
			return strtoul(at + strlen("\"handle\":"), NULL, 10);
	}
	fail("the log has no handle for gfn 0x%llx", (unsigned long long)gfn);
}

int grant_main(int argc, char **argv)
{
	unsigned int count = argc > 1 ? atoi(argv[1]) : 0, rounds = argc > 2 ? atoi(argv[2]) : 1, wrong = 0;
	bool read_only = argc > 3 && !strcmp(argv[3], "ro");
	struct grants grants;

	if (!count)
		fail("usage: xgt-guest grant COUNT ROUNDS [ro]");
	grants = grants_new(count);
	for (unsigned int round = 0; round < rounds; round++) {
		struct mapping mapping;

		for (unsigned int i = 0; i < count; i++)
			sprintf((char *)grants.pages + i * PAGE, "round %u page %u", round, i);
		mapping = mapping_new(grants.refs, count, read_only);
		for (unsigned int i = 0; i < count; i++)
			wrong += strcmp((char *)grants.pages + i * PAGE, (char *)mapping.pages + i * PAGE) != 0;
		mapping_free(&mapping);
	}
	grants_free(&grants);
	printf("%u grants, %u rounds: %u wrong\n", count, rounds, wrong);
	return wrong != 0;
}
