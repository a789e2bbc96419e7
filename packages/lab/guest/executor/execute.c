// SPDX-License-Identifier: MIT
/*
 * A step of a script is its kind (0: the end, 1: a call, 2: heal), and of a call: what follows as struct call_step, the
 * argument memory, then patches: what to write into that memory before the call, and what to keep of it afterwards.
 *   p  address of `value` in the argument memory
 *   g  frame number `value`, `add` frames on
 *   a  its address, plus `add` bytes
 *   r  grant ref
 *   h  handle of a slot
 *   H  host address of a slot's map
 *   s  after the call: the map op there fills the slot
 *   u  after the call: the unmap op there ends it
 *   w  after the call: the swap op there is one to take back
 */
#include "executor.h"

#define SLOTS 4096
/* No handle of Xen's is this high: its tables hold 1024 frames of 256. */
#define NO_HANDLE 0x7ffffff0
#define HANDLES (1024 * 256)
#define SWAPS 256
#define STEP_MAX 8192
#define PATCHES_MAX 64
#define MEMORY_BYTES (8 * PAGE)
/* What a call may find behind its own argument is the same in every run. */
#define CLEARED 1024
#define UNMAPS_AT_ONCE 64

enum { END, CALL, HEAL };

struct call_step {
	uint8_t kind, nr, patches, in_memory;
	uint32_t cmd, count, size;
	uint64_t pointer;
};

struct patch {
	uint8_t what, padding;
	uint16_t at;
	uint32_t value;
	uint64_t add;
};

static struct {
	uint64_t host_addr;
	uint32_t handle;
	uint16_t live_at;	/* place among the live ones, from 1; 0: it is not live */
} slots[SLOTS];
static uint16_t live[SLOTS], filled[SLOTS];
static unsigned int nr_live, nr_filled;
static uint16_t owner_of[HANDLES];	/* live slot of a handle, from 1 */
static struct swap {
	uint32_t a, b;
	int16_t status;
	uint16_t padding;
} swaps[SWAPS];
static unsigned int nr_swaps;
static uint8_t memory[MEMORY_BYTES] __attribute__((aligned(4096)));

static void slot_ends(unsigned int slot)
{
	unsigned int at = slots[slot].live_at;

	if (!at)
		return;
	live[at - 1] = live[--nr_live];
	slots[live[at - 1]].live_at = (uint16_t)at;
	slots[slot].live_at = 0;
	if (slots[slot].handle < HANDLES)
		owner_of[slots[slot].handle] = 0;
}

static void slot_fills(unsigned int slot, const struct grant_map *map)
{
	slot_ends(slot);
	slots[slot].host_addr = map->host_addr;
	slots[slot].handle = map->handle;
	filled[nr_filled++ % SLOTS] = (uint16_t)slot;
	if (map->status)
		return;
	live[nr_live++] = (uint16_t)slot;
	slots[slot].live_at = (uint16_t)nr_live;
	if (map->handle < HANDLES)
		owner_of[map->handle] = (uint16_t)(slot + 1);
}

/* A dead slot's handle may be another map's by now: then a handle that is none is taken. */
static uint32_t handle_of(unsigned int slot)
{
	uint32_t handle = slots[slot].handle;

	if (!slots[slot].host_addr || (!slots[slot].live_at && handle < HANDLES && owner_of[handle]))
		return NO_HANDLE;
	return handle;
}

static void unmap_live(void)
{
	struct grant_unmap *ops = (void *)hypercall_buffer();
	uint16_t of[UNMAPS_AT_ONCE];
	unsigned int count = 0, from = nr_live;

	while (from > 0) {
		unsigned int slot = live[--from];

		of[count] = (uint16_t)slot;
		ops[count++] = (struct grant_unmap){ .host_addr = slots[slot].host_addr, .handle = slots[slot].handle };
		if (count < UNMAPS_AT_ONCE && from > 0)
			continue;
		if (hypercall(20, 1, (uint64_t)ops, count))
			fail("a batch of unmaps is refused");
		for (unsigned int i = 0; i < count; i++)
			if (ops[i].status == 0)
				slot_ends(of[i]);
		if (from > nr_live)
			from = nr_live;
		count = 0;
	}
}

static void unmap_all(void)
{
	unmap_live();
	/* A handle whose gfn holds something else lets go only once that is a hole. */
	while (nr_live) {
		unsigned int slot = live[nr_live - 1];
		uint64_t gfn = slots[slot].host_addr / PAGE;

		make_holes(&gfn, 1);
		if (grant_unmap(slots[slot].host_addr, slots[slot].handle))
			fail("handle %u cannot be unmapped", slots[slot].handle);
		slot_ends(slot);
	}
	if (nr_filled > SLOTS)
		nr_filled = SLOTS;
	while (nr_filled)
		slots[filled[--nr_filled]].host_addr = 0;
}

static void undo_swaps(void)
{
	struct swap *op = (void *)hypercall_buffer();

	while (nr_swaps) {
		nr_swaps--;
		*op = (struct swap){ .a = swaps[nr_swaps].a, .b = swaps[nr_swaps].b };
		if (hypercall(20, 11, (uint64_t)op, 1) || op->status)
			fail("refs %u and %u cannot be swapped back: %d", swaps[nr_swaps].a, swaps[nr_swaps].b, op->status);
	}
}

static void heal(void)
{
	unmap_all();
	undo_swaps();
	frames_heal();
}

static void apply(const struct patch *patch)
{
	uint64_t wide;
	uint32_t narrow;

	switch (patch->what) {
	case 'p': wide = (uint64_t)memory + patch->value; break;
	case 'g': wide = frames[patch->value] + patch->add; frames_watch(wide); break;
	case 'a':
		wide = frames[patch->value] * PAGE + patch->add;
		frames_watch(wide / PAGE);
		break;
	case 'H': wide = slots[patch->value].host_addr; break;
	case 'r': narrow = refs[patch->value]; memcpy(memory + patch->at, &narrow, 4); return;
	case 'h': narrow = handle_of(patch->value); memcpy(memory + patch->at, &narrow, 4); return;
	default: return;
	}
	memcpy(memory + patch->at, &wide, 8);
}

static void keep(const struct patch *patch)
{
	const uint8_t *op = memory + patch->at;

	if (patch->what == 's') {
		struct grant_map map;

		memcpy(&map, op, sizeof(map));
		slot_fills(patch->value, &map);
	} else if (patch->what == 'u') {
		struct grant_unmap unmap;

		memcpy(&unmap, op, sizeof(unmap));
		if (unmap.status == 0 && unmap.host_addr / PAGE && unmap.handle == slots[patch->value].handle)
			slot_ends(patch->value);
	} else if (patch->what == 'w') {
		struct swap swap;

		memcpy(&swap, op, sizeof(swap));
		if (swap.status || swap.a == swap.b)
			return;
		if (nr_swaps == SWAPS)
			fail("script: too many swaps");
		swaps[nr_swaps++] = swap;
	}
}

static void call(const struct call_step *step, const uint8_t *bytes)
{
	static struct patch patches[PATCHES_MAX];
	uint64_t pointer = step->in_memory ? (uint64_t)memory + step->pointer : step->pointer;

	if (step->size > MEMORY_BYTES || step->patches > PATCHES_MAX)
		fail("script: a call of %u bytes and %u patches", step->size, step->patches);
	memset(memory, 0, CLEARED);
	memcpy(memory, bytes, step->size);
	memcpy(patches, bytes + step->size, step->patches * sizeof(*patches));
	for (unsigned int i = 0; i < step->patches; i++)
		apply(&patches[i]);
	hypercall(step->nr, step->cmd, pointer, step->count);
	for (unsigned int i = 0; i < step->patches; i++)
		keep(&patches[i]);
}

/* How many frames the grant tables have is for the log to tell: the calls of a script make them grow. */
static void log_table_sizes(void)
{
	uint16_t domids[] = { DOMID_SELF, head.peer };

	for (unsigned int i = 0; i < (head.peer_kind == PEER_NONE ? 1 : 2); i++) {
		uint16_t *op = (void *)hypercall_buffer();

		memset(op, 0, 16);
		*op = domids[i];
		hypercall(20, 6, (uint64_t)op, 1);
	}
}

void execute(void)
{
	unsigned int count = 0;

	record_start();
	log_table_sizes();
	frames_read_back(0, true);
	for (;;) {
		const uint8_t *bytes = script_bytes(STEP_MAX);
		struct call_step step;

		memcpy(&step, bytes, sizeof(step));
		if (step.kind == CALL) {
			call(&step, bytes + sizeof(step));
			script_used(sizeof(step) + step.size + step.patches * sizeof(struct patch));
			frames_read_back(++count, false);
			continue;
		}
		/* What a sequence left is read whole before it is healed. */
		if (count)
			frames_read_back(count, true);
		heal();
		frames_read_back(++count, true);
		if (step.kind == END)
			return;
		script_used(sizeof(step));
	}
}
