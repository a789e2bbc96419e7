// SPDX-License-Identifier: MIT
/*
 * A faulty guest: each fault breaks one rule on purpose, on pages set aside for it, and puts them back afterwards.
 * usage: fault NAME...
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "guest.h"

#define DECREASE 1
#define POPULATE 6
#define HOST_MAP 2
#define DEVICE_MAP 1
#define ORDER_2M 9
#define FRAMES_2M (1UL << ORDER_2M)

static struct grants granted;

/* An own page that was given back properly: the place where a grant may be mapped. */
static uint64_t hole_new(void)
{
	uint64_t gfn = gfn_of(page_new());

	if (reservation(DECREASE, gfn, 0) != 1)
		fail("gfn 0x%llx cannot be ballooned out", (unsigned long long)gfn);
	return gfn;
}

static void refill(uint64_t gfn)
{
	if (reservation(POPULATE, gfn, 0) != 1)
		fail("gfn 0x%llx cannot be populated", (unsigned long long)gfn);
}

static uint32_t map_at(uint64_t gfn, unsigned int page)
{
	struct grant_map map = grant_map(gfn, granted.refs[page], HOST_MAP);

	if (map.status)
		fail("map_grant_ref: %d", map.status);
	return map.handle;
}

static void expect(const char *what, long got, long wanted)
{
	if (got != wanted)
		fail("%s: %ld, not %ld", what, got, wanted);
}

static long add_to_physmap(uint16_t space, uint64_t index, uint64_t gfn)
{
	struct {
		uint16_t domid, size;
		uint32_t space;
		uint64_t index, gfn;
	} *argument = (void *)hypercall_buffer();

	argument->domid = DOMID_SELF;
	argument->size = 0;
	argument->space = space;
	argument->index = index;
	argument->gfn = gfn;
	return hypercall(12, 7, (uint64_t)argument, 0);
}

static long remove_from_physmap(uint64_t gfn)
{
	struct {
		uint16_t domid;
		uint64_t gfn;
	} *argument = (void *)hypercall_buffer();

	argument->domid = DOMID_SELF;
	argument->gfn = gfn;
	return hypercall(12, 15, (uint64_t)argument, 0);
}

/* Grant-table window (0) and extended regions (1 and on), as Xen describes them. */
static uint64_t region_gfn(unsigned int index)
{
	uint64_t cells[2] = { 0, 0 };
	int file = open("/proc/device-tree/hypervisor/reg", O_RDONLY);

	if (pread(file, cells, sizeof(cells), index * sizeof(cells)) != sizeof(cells))
		fail("region %u cannot be read", index);
	close(file);
	return be64toh(cells[0]) / PAGE;
}

/* 512 frames of one 2 MiB block. */
static uint64_t block_new(void)
{
	void *block = mmap(NULL, FRAMES_2M * PAGE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_LOCKED | MAP_POPULATE, -1, 0);

	if (block == MAP_FAILED)
		fail("no 2 MiB block: %s", strerror(errno));
	return gfn_of(block);
}

/* Pages of a fault that is not put right must not be freed before the log is read: a child keeps them. */
static void stay(void)
{
	if (fork() == 0) {
		sleep(600);
		_exit(0);
	}
}

static void grant_over_ram(void)
{
	uint64_t gfn = gfn_of(page_new());
	uint32_t handle = map_at(gfn, 0);

	expect("unmap", grant_unmap(gfn * PAGE, handle), 0);
	refill(gfn);
}

static void no_repopulate(void)
{
	uint64_t gfn = gfn_of(page_new());

	expect("unmap", grant_unmap(gfn * PAGE, map_at(gfn, 0)), 0);
	stay();
}

static void double_map(void)
{
	uint64_t gfn = hole_new();
	uint32_t first = map_at(gfn, 0), second = map_at(gfn, 1);

	expect("unmap of the second", grant_unmap(gfn * PAGE, second), 0);
	expect("unmap of the first", grant_unmap(gfn * PAGE, first), 0);
	refill(gfn);
}

static void populate_over_grant(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	refill(gfn);
	expect("decrease", reservation(DECREASE, gfn, 0), 1);
	expect("unmap", grant_unmap(gfn * PAGE, handle), 0);
	refill(gfn);
}

static void balloon_hole(void)
{
	uint64_t gfn = hole_new();

	expect("second decrease", reservation(DECREASE, gfn, 0), 0);
	refill(gfn);
}

static void unmap_noop(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	expect("unmap of nothing", grant_unmap(0, handle), 0);
	expect("unmap", grant_unmap(gfn * PAGE, handle), 0);
	refill(gfn);
}

static void double_unmap(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	expect("unmap", grant_unmap(gfn * PAGE, handle), 0);
	expect("second unmap", grant_unmap(gfn * PAGE, handle), -4);
	refill(gfn);
}

static void status_ignored(void)
{
	uint64_t gfn = hole_new();
	struct grant_map map = grant_map(gfn, 500000, HOST_MAP);

	expect("map of a ref that is none", map.status, -3);
	expect("unmap of a handle that is none", grant_unmap(gfn * PAGE, 900000), -4);
	refill(gfn);
}

static void device_map(void)
{
	uint64_t gfn = hole_new();

	expect("device map", grant_map(gfn, granted.refs[0], HOST_MAP | DEVICE_MAP).status, -1);
	refill(gfn);
}

static void domid_self(void)
{
	struct grant_map *op = (void *)hypercall_buffer();
	uint64_t gfn = hole_new();

	*op = (struct grant_map){ .host_addr = gfn * PAGE, .flags = HOST_MAP, .ref = granted.refs[0], .dom = DOMID_SELF };
	expect("map", hypercall(20, 0, (uint64_t)op, 1), 0);
	expect("status", op->status, -2);
	refill(gfn);
}

static void misaligned(void)
{
	struct grant_map *op = (void *)hypercall_buffer();
	uint64_t gfn = hole_new();

	*op = (struct grant_map){ .host_addr = gfn * PAGE + 16, .flags = HOST_MAP, .ref = granted.refs[0] };
	expect("map", hypercall(20, 0, (uint64_t)op, 1), 0);
	expect("status", op->status, 0);
	expect("unmap", grant_unmap(gfn * PAGE, op->handle), 0);
	refill(gfn);
}

static void not_owned(void)
{
	expect("populate", reservation(POPULATE, region_gfn(1) + 7, 0), 0);
}

static void short_inflate(void)
{
	uint64_t block = block_new();

	expect("decrease", reservation(DECREASE, block + 5, 0), 1);
	expect("decrease of the block", reservation(DECREASE, block, ORDER_2M), 0);
	/* Only the frame that was known to be a hole comes back: frames 0 to 4 are lost. */
	refill(block + 5);
	stay();
}

static void superpage_over_grant(void)
{
	uint64_t block = block_new();
	uint32_t handle;

	expect("decrease", reservation(DECREASE, block + 5, 0), 1);
	handle = map_at(block + 5, 0);
	expect("populate", reservation(POPULATE, block, ORDER_2M), 1);
	expect("decrease", reservation(DECREASE, block + 5, 0), 1);
	expect("unmap", grant_unmap((block + 5) * PAGE, handle), 0);
	refill(block + 5);
}

static void xen_page_over_ram(void)
{
	uint64_t gfn = gfn_of(page_new());

	expect("add_to_physmap", add_to_physmap(1, 40, gfn), 0);
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	refill(gfn);
}

static void frame_remap(void)
{
	uint64_t gfn = hole_new();

	expect("add_to_physmap of a frame in place", add_to_physmap(1, 0, gfn), -EBUSY);
	refill(gfn);
}

static void remove_grant(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	expect("unmap", grant_unmap(gfn * PAGE, handle), 0);
	refill(gfn);
}

static void grant_window(void)
{
	uint64_t gfn = region_gfn(0) + 60;
	uint32_t handle = map_at(gfn, 0);

	expect("unmap", grant_unmap(gfn * PAGE, handle), 0);
}

static void transfer(void)
{
	uint64_t *op = (void *)hypercall_buffer();

	memset(op, 0, 24);
	op[0] = gfn_of(page_new());
	expect("transfer", hypercall(20, 4, (uint64_t)op, 1), -EOPNOTSUPP);
}

static void partial_batch(void)
{
	uint64_t gfn = hole_new();
	uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	struct grant_map *op = (void *)(pages + PAGE - sizeof(*op));

	munmap(pages + PAGE, PAGE);
	*op = (struct grant_map){ .host_addr = gfn * PAGE, .flags = HOST_MAP, .ref = granted.refs[0] };
	expect("map of two", hypercall(20, 0, (uint64_t)op, 2), -EFAULT);
	expect("status of the first", op->status, 0);
	expect("unmap", grant_unmap(gfn * PAGE, op->handle), 0);
	refill(gfn);
}

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "grant-over-ram", grant_over_ram },	    { "no-repopulate", no_repopulate },
	{ "double-map", double_map },		    { "populate-over-grant", populate_over_grant },
	{ "balloon-hole", balloon_hole },	    { "unmap-noop", unmap_noop },
	{ "double-unmap", double_unmap },	    { "status-ignored", status_ignored },
	{ "device-map", device_map },		    { "domid-self", domid_self },
	{ "misaligned", misaligned },		    { "not-owned", not_owned },
	{ "short-inflate", short_inflate },	    { "superpage-over-grant", superpage_over_grant },
	{ "xen-page-over-ram", xen_page_over_ram }, { "frame-remap", frame_remap },
	{ "remove-grant", remove_grant },	    { "grant-window", grant_window },
	{ "transfer", transfer },		    { "partial-batch", partial_batch },
};

int fault_main(int argc, char **argv)
{
	hypercall_open();
	granted = grants_new(2);
	for (int i = 1; i < argc; i++) {
		unsigned int at = 0;

		while (at < sizeof(faults) / sizeof(faults[0]) && strcmp(argv[i], faults[at].name))
			at++;
		if (at == sizeof(faults) / sizeof(faults[0]))
			fail("no fault is called %s", argv[i]);
		faults[at].run();
		printf("%s\n", argv[i]);
	}
	/* A leftover child of a fault keeps its pages; the grants end with this process. */
	return 0;
}
