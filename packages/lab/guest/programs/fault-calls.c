// SPDX-License-Identifier: MIT
/* Calls that cannot work on Arm, wrong arguments, results that are not looked at. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "fault.h"

/* Grant-table frames that the kernel does not use. */
#define SPARE_FRAME 41
#define NO_FRAME 10000

void device_map(void)
{
	uint64_t gfn = hole_new();

	wrong("G33");
	expect("device map", grant_map(gfn, granted.refs[0], HOST_MAP | DEVICE_MAP).status, -1);
	right();
	refill(gfn);
}

void domid_self(void)
{
	uint64_t gfn = hole_new();

	wrong("G34");
	expect("status", grant_map_of(DOMID_SELF, gfn, granted.refs[0], HOST_MAP).status, -2);
	right();
	refill(gfn);
}

void misaligned(void)
{
	struct grant_map *op = (void *)hypercall_buffer();
	uint64_t gfn = hole_new();

	*op = (struct grant_map){ .host_addr = gfn * PAGE + 16, .flags = HOST_MAP, .ref = granted.refs[0] };
	wrong("G35");
	expect("map", hypercall(20, 0, (uint64_t)op, 1), 0);
	right();
	expect("status", op->status, 0);
	unmap_at(gfn, op->handle);
	refill(gfn);
}

void frame_remap(void)
{
	uint64_t gfn = hole_new();

	wrong("G39");
	expect("add_to_physmap of a frame in place", add_to_physmap(DOMID_SELF, SPACE_GRANT_TABLE, 0, gfn), -EBUSY);
	right();
	refill(gfn);
}

void remove_grant(void)
{
	uint64_t gfn = hole_new();
	uint32_t handle = map_at(gfn, 0);

	wrong("G27");
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

void grant_window(void)
{
	uint64_t gfn = region_gfn(0) + 60;
	uint32_t handle;

	wrong("G29 G30");
	handle = map_at(gfn, 0);
	right();
	unmap_at(gfn, handle);
}

void transfer(void)
{
	uint64_t *op = (void *)hypercall_buffer();

	memset(op, 0, 24);
	op[0] = gfn_of(page_new());
	wrong("G31");
	expect("transfer", hypercall(20, 4, (uint64_t)op, 1), -EOPNOTSUPP);
	right();
}

void partial_batch(void)
{
	uint64_t gfn = hole_new();
	uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	struct grant_map *op = (void *)(pages + PAGE - sizeof(*op));

	munmap(pages + PAGE, PAGE);
	*op = (struct grant_map){ .host_addr = gfn * PAGE, .flags = HOST_MAP, .ref = granted.refs[0] };
	wrong("G43");
	expect("map of two", hypercall(20, 0, (uint64_t)op, 2), -EFAULT);
	right();
	expect("status of the first", op->status, 0);
	unmap_at(gfn, op->handle);
	refill(gfn);
}

/* The batch returns 0 and its item fails; the gfn is then taken for one that holds the page. */
void errs_ignored(void)
{
	uint64_t gfn = hole_new();

	expect("item", add_batch(SPACE_GRANT_TABLE, 0, NO_FRAME, gfn), -EINVAL);
	wrong("G25");
	expect("remove_from_physmap", remove_from_physmap(gfn), -ENOENT);
	right();
	refill(gfn);
}

/* The removal is refused (no extent can be first here), and a grant is mapped over what is still there. */
void remove_ignored(void)
{
	struct {
		uint16_t domid;
		uint64_t gfn;
	} *argument = (void *)hypercall_buffer();
	uint64_t gfn = hole_new();
	uint32_t handle;

	expect("add_to_physmap", add_to_physmap(DOMID_SELF, SPACE_GRANT_TABLE, SPARE_FRAME, gfn), 0);
	argument->domid = DOMID_SELF;
	argument->gfn = gfn;
	expect("remove_from_physmap", hypercall(12, 1 << 6 | 15, (uint64_t)argument, 0), -EINVAL);
	wrong("G26 G46");
	handle = map_at(gfn, 0);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}
