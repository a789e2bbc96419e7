// SPDX-License-Identifier: MIT
#include "fault.h"

struct grants granted;
const char *fault_name;

void wrong(const char *rules)
{
	mark("fault %s expects %s", fault_name, rules);
}

void right(void)
{
	mark("fault %s goes on", fault_name);
}

void expect(const char *what, long got, long wanted)
{
	if (got != wanted)
		fail("%s: %ld, not %ld", what, got, wanted);
}

uint64_t hole_new(void)
{
	uint64_t gfn = gfn_of(page_new());

	if (reservation(DECREASE, gfn, 0) != 1)
		fail("gfn 0x%llx cannot be ballooned out", (unsigned long long)gfn);
	return gfn;
}

void refill(uint64_t gfn)
{
	if (reservation(POPULATE, gfn, 0) != 1)
		fail("gfn 0x%llx cannot be populated", (unsigned long long)gfn);
}

uint32_t map_at(uint64_t gfn, unsigned int page)
{
	struct grant_map map = grant_map(gfn, granted.refs[page], HOST_MAP);

	if (map.status)
		fail("map_grant_ref: %d", map.status);
	return map.handle;
}

void unmap_at(uint64_t gfn, uint32_t handle)
{
	int status = grant_unmap(gfn * PAGE, handle);

	if (status)
		fail("handle %u cannot be unmapped at gfn 0x%llx: %d", handle, (unsigned long long)gfn, status);
}

/* A batch of one item; returns the item's own error. */
int add_batch(uint16_t space, uint16_t foreign, uint64_t index, uint64_t gfn)
{
	struct {
		uint16_t domid, space, size, foreign;
		uint64_t indices, gfns, errors;
	} *argument = (void *)hypercall_buffer();
	uint64_t *lists = (void *)(hypercall_buffer() + 256);
	int *error = (void *)(lists + 2);

	lists[0] = index;
	lists[1] = gfn;
	*error = 1;
	argument->domid = DOMID_SELF;
	argument->space = space;
	argument->size = 1;
	argument->foreign = foreign;
	argument->indices = (uint64_t)lists;
	argument->gfns = (uint64_t)(lists + 1);
	argument->errors = (uint64_t)error;
	expect("add_to_physmap_batch", hypercall(12, 23, (uint64_t)argument, 0), 0);
	return *error;
}

long remove_from_physmap(uint64_t gfn)
{
	struct {
		uint16_t domid;
		uint64_t gfn;
	} *argument = (void *)hypercall_buffer();

	argument->domid = DOMID_SELF;
	argument->gfn = gfn;
	return hypercall(12, 15, (uint64_t)argument, 0);
}
