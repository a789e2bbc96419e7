// SPDX-License-Identifier: MIT
/*
 * Real DMA to granted pages, and to gfns whose mapping changed behind the kernel's back: O_DIRECT I/O, so that the
 * disk's driver maps the very pages. usage: disk DEVICE right|hole|over-ram|stale|replaced
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "guest.h"

static int disk;

static void transfer(bool out, void *pages, size_t size, unsigned int block)
{
	ssize_t done = out ? pwrite(disk, pages, size, block * PAGE) : pread(disk, pages, size, block * PAGE);

	if (done != (ssize_t)size)
		fail("disk I/O of %zu bytes: %s", size, done < 0 ? strerror(errno) : "cut");
}

static void right(void)
{
	struct grants grants = grants_new(16);
	struct mapping mapping = mapping_new(grants.refs, grants.count, false);
	uint8_t *own = page_new();

	transfer(true, own, PAGE, 1);
	transfer(false, own, PAGE, 1);
	for (unsigned int i = 0; i < grants.count; i++) {
		sprintf((char *)grants.pages + i * PAGE, "granted page %u", i);
		transfer(true, mapping.pages + i * PAGE, PAGE, 100 + i);
	}
	memset(grants.pages, 0, grants.count * PAGE);
	transfer(false, mapping.pages, grants.count * PAGE, 100);
	for (unsigned int i = 0; i < grants.count; i++) {
		char wanted[32];

		sprintf(wanted, "granted page %u", i);
		if (strcmp(wanted, (char *)grants.pages + i * PAGE))
			fail("page %u came back wrong", i);
	}
	mapping_free(&mapping);
	grants_free(&grants);
}

/* The frame behind a page that the kernel uses is given back; the device still writes to it. */
static void hole(void)
{
	uint8_t *page = page_new();
	uint64_t gfn = gfn_of(page);

	transfer(true, page, PAGE, 1);
	if (reservation(1, gfn, 0) != 1)
		fail("decrease_reservation");
	transfer(false, page, PAGE, 1);
	if (reservation(6, gfn, 0) != 1)
		fail("populate_physmap");
}

/* A grant is mapped over a page that the kernel takes for its own: the device sees the page below. */
static void over_ram(void)
{
	struct grants grants = grants_new(1);
	uint8_t *page = page_new();
	uint64_t gfn = gfn_of(page);
	struct grant_map map = grant_map(gfn, grants.refs[0], 2);

	if (map.status)
		fail("map_grant_ref: %d", map.status);
	transfer(true, page, PAGE, 1);
	if (grant_unmap(gfn * PAGE, map.handle) || reservation(6, gfn, 0) != 1)
		fail("the page cannot be put back");
	grants_free(&grants);
}

/* The kernel's own mapping is removed, or replaced, without the kernel: its table still names the old frame. */
static void behind_kernel(bool replace)
{
	struct grants grants = grants_new(2);
	struct mapping mapping = mapping_new(grants.refs, 1, false);
	uint64_t gfn = gfn_of(mapping.pages);
	uint32_t handle = kernel_handle(gfn);
	struct grant_map map = { .handle = 0 };

	if (grant_unmap(gfn * PAGE, handle))
		fail("the kernel's handle %u cannot be unmapped", handle);
	if (replace) {
		map = grant_map(gfn, grants.refs[1], 2);
		if (map.status)
			fail("map_grant_ref: %d", map.status);
	}
	transfer(replace, mapping.pages, PAGE, 1);
	if (replace && grant_unmap(gfn * PAGE, map.handle))
		fail("unmap_grant_ref");
	/* The kernel's own unmap comes with the end of this process. */
}

int disk_main(int argc, char **argv)
{
	if (argc != 3)
		fail("usage: xgt-guest disk DEVICE right|hole|over-ram|stale|replaced");
	disk = open(argv[1], O_RDWR | O_DIRECT);
	if (disk < 0)
		fail("%s: %s", argv[1], strerror(errno));
	hypercall_open();
	if (!strcmp(argv[2], "right"))
		right();
	else if (!strcmp(argv[2], "hole"))
		hole();
	else if (!strcmp(argv[2], "over-ram"))
		over_ram();
	else if (!strcmp(argv[2], "stale") || !strcmp(argv[2], "replaced"))
		behind_kernel(!strcmp(argv[2], "replaced"));
	else
		fail("no transfer is called %s", argv[2]);
	printf("disk %s\n", argv[2]);
	return 0;
}
