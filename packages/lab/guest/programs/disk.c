// SPDX-License-Identifier: MIT
/* Real DMA: O_DIRECT I/O, so that the disk's driver maps the very pages. usage: disk DEVICE */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "guest.h"

#define GRANTS 16
#define OWN_BLOCK 1
#define FIRST_BLOCK 100

static int disk = -1;

void disk_open(const char *device)
{
	if (disk < 0)
		disk = open(device, O_RDWR | O_DIRECT);
	if (disk < 0)
		fail("%s: %s", device, strerror(errno));
}

void disk_transfer(bool out, void *pages, size_t size, unsigned int block)
{
	ssize_t done = out ? pwrite(disk, pages, size, block * PAGE) : pread(disk, pages, size, block * PAGE);

	if (done != (ssize_t)size)
		fail("disk I/O of %zu bytes: %s", size, done < 0 ? strerror(errno) : "cut");
}

/* Granted pages go out one by one and come back in one transfer. */
int disk_main(int argc, char **argv)
{
	struct grants grants;
	struct mapping mapping;
	uint8_t *own;

	if (argc != 2)
		fail("usage: xgt-guest disk DEVICE");
	disk_open(argv[1]);
	grants = grants_new(GRANTS);
	mapping = mapping_new(grants.refs, grants.count, false);
	own = page_new();
	disk_transfer(true, own, PAGE, OWN_BLOCK);
	disk_transfer(false, own, PAGE, OWN_BLOCK);
	for (unsigned int i = 0; i < grants.count; i++) {
		sprintf((char *)grants.pages + i * PAGE, "granted page %u", i);
		disk_transfer(true, mapping.pages + i * PAGE, PAGE, FIRST_BLOCK + i);
	}
	memset(grants.pages, 0, grants.count * PAGE);
	disk_transfer(false, mapping.pages, grants.count * PAGE, FIRST_BLOCK);
	for (unsigned int i = 0; i < grants.count; i++) {
		char wanted[32];

		sprintf(wanted, "granted page %u", i);
		if (strcmp(wanted, (char *)grants.pages + i * PAGE))
			fail("page %u came back wrong", i);
	}
	mapping_free(&mapping);
	grants_free(&grants);
	printf("disk I/O from %u granted pages\n", GRANTS);
	return 0;
}
