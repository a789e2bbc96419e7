// SPDX-License-Identifier: MIT
/* What scripts work on: set aside, read back, healed. */
#include "executor.h"

/* A frame beside those that are watched, where Xen maps what a script asks for. */
#define ODD_GFN 0x1000
#define NO_RAM "-"

/* Grant-table frames that nobody has yet: what they hold tells them apart, in an entry that grants nothing. */
static const unsigned int table_frames[] = { 40, 41, 42, 43, 63 };
#define TABLE_FRAMES (sizeof(table_frames) / sizeof(table_frames[0]))
#define TABLE_TAG 0xf0000000U
/* In the upper word of frames of the second domain. */
#define PEER_TAG 0xe0000000U

static const uint16_t block_samples[] = { 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 384, 511 };
#define SAMPLES (sizeof(block_samples) / sizeof(block_samples[0]))
#define WATCHED (BLOCK + SAMPLES)
/* Of the frames that a call does not name, so many are read back after it. */
#define IN_TURN 4
#define NAMED_MAX 32

/* Those below 8 are reserved for a toolstack. */
#define FIRST_REF 8
#define SPARE_REF (FIRST_REF + GRANTS)
#define PERMIT_ACCESS 1
#define READ_ONLY 4

struct grant_entry {
	uint16_t flags, domid;
	uint32_t frame;
};

uint64_t frames[FRAMES];
uint32_t refs[GRANTS];
static uint8_t pages[OWN + GRANTS][PAGE] __attribute__((aligned(4096)));
static uint8_t block_room[2 * FRAMES_2M * PAGE] __attribute__((aligned(4096)));
static uint8_t spare_page[PAGE] __attribute__((aligned(4096)));
static uint8_t free_pages[2][PAGE] __attribute__((aligned(4096)));
static unsigned int free_pages_used;
static uint64_t named[NAMED_MAX];
static unsigned int named_count, turn;

/* Of calls.c and peer.c: pages, the gfns behind them, the regions that Xen describes. */
uint8_t *page_new(void)
{
	if (free_pages_used == 2)
		fail("no page is left");
	return free_pages[free_pages_used++];
}

uint64_t gfn_of(const void *address)
{
	return (uint64_t)address / PAGE;
}

uint64_t region_gfn(unsigned int index)
{
	if (index >= board.region_count)
		fail("Xen describes no region %u", index);
	return board.regions[index].start / PAGE;
}

static void tag(uint64_t gfn, uint32_t low, uint32_t high)
{
	volatile uint32_t *words = (void *)(gfn * PAGE);

	words[0] = low;
	words[1] = high;
}

void grant_table_place(void)
{
	if (add_to_physmap(DOMID_SELF, SPACE_GRANT_TABLE, 0, region_gfn(0)))
		fail("the grant table cannot be placed");
}

void grant_entry_write(uint32_t ref, uint16_t domid, uint64_t gfn, bool read_only)
{
	volatile struct grant_entry *entry = (volatile struct grant_entry *)(region_gfn(0) * PAGE) + ref;

	entry->domid = domid;
	entry->frame = (uint32_t)gfn;
	__asm__ volatile("dmb ish" : : : "memory");
	entry->flags = PERMIT_ACCESS | (read_only ? READ_ONLY : 0);
}

static void tag_table_frames(uint64_t gfn)
{
	for (unsigned int i = 0; i < TABLE_FRAMES; i++) {
		if (add_to_physmap(DOMID_SELF, SPACE_GRANT_TABLE, table_frames[i], gfn))
			fail("grant-table frame %u cannot be mapped", table_frames[i]);
		tag(gfn, 0, TABLE_TAG + table_frames[i]);
		if (reservation(POPULATE, gfn, 0) != 1)
			fail("a page cannot be put back");
	}
}

/* A domain that was made has frames that nobody wrote to. */
static void tag_peer_frames(uint64_t gfn)
{
	if (head.peer_kind != PEER_TO_MAKE)
		return;
	for (unsigned int i = 0; i < head.peer_pages; i++) {
		struct {
			uint16_t domid, space, size, foreign;
			uint64_t idxs, gpfns, errs, idx, gpfn;
			int32_t err;
		} *batch = (void *)hypercall_buffer();

		memset(batch, 0, sizeof(*batch));
		batch->domid = DOMID_SELF;
		batch->space = SPACE_FOREIGN;
		batch->size = 1;
		batch->foreign = head.peer;
		batch->idxs = (uint64_t)&batch->idx;
		batch->gpfns = (uint64_t)&batch->gpfn;
		batch->errs = (uint64_t)&batch->err;
		batch->idx = head.peer_gfn + i;
		batch->gpfn = gfn;
		if (hypercall(12, 23, (uint64_t)batch, 0) || batch->err)
			fail("frame %u of the second domain cannot be mapped", i);
		tag(gfn, i, PEER_TAG);
		if (reservation(POPULATE, gfn, 0) != 1)
			fail("a page cannot be put back");
	}
}

void frames_set_aside(void)
{
	uint64_t block = (gfn_of(block_room) + FRAMES_2M - 1) / FRAMES_2M * FRAMES_2M;
	unsigned int at = 0;

	for (; at < OWN + GRANTS; at++) {
		frames[at] = gfn_of(pages[at]);
		tag(frames[at], (uint32_t)frames[at], 0);
		if (at < OWN)
			continue;
		refs[at - OWN] = FIRST_REF + at - OWN;
		grant_entry_write(refs[at - OWN], self, frames[at], at - OWN >= WRITABLE_GRANTS);
	}
	grant_entry_write(SPARE_REF, self, gfn_of(spare_page), false);
	for (unsigned int i = 0; i < EXTENDED; i++)
		frames[at++] = region_gfn(1) + 0x100 + i;
	for (unsigned int i = 0; i < FRAMES_2M; i++)
		tag(block + i, (uint32_t)(block + i), 0);
	frames[at] = block;
	uint64_t page = gfn_of(page_new());

	tag_table_frames(page);
	tag_peer_frames(page);
}

static void setup_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void setup_line(const char *format, ...)
{
	char text[160];
	va_list list;
	size_t length;

	va_start(list, format);
	length = print_list(text, sizeof(text), format, list);
	va_end(list);
	log_write(0, text, length);
}

void frames_print(void)
{
	uint16_t *domid = (void *)hypercall_buffer();

	for (unsigned int i = 0; i < GRANTS; i++)
		setup_line("grant %u %lu %u\n", refs[i], (unsigned long)frames[OWN + i], i >= WRITABLE_GRANTS);
	setup_line("grant %u %lu 0\n", SPARE_REF, (unsigned long)gfn_of(spare_page));
	setup_line("max_page %ld\n", hypercall(12, 2, 0, 0));
	*domid = DOMID_SELF;
	setup_line("tot_pages %ld\n", hypercall(12, 3, (uint64_t)domid, 0));
	setup_line("max_pages %ld\n", hypercall(12, 4, (uint64_t)domid, 0));
	setup_line("maximum_gpfn %ld\n", hypercall(12, 14, (uint64_t)domid, 0));
	setup_line("peer_kind %u\n", head.peer_kind);
	setup_line("self %u\n\n", self);
}

static uint64_t watched_gfn(unsigned int i)
{
	return i < BLOCK ? frames[i] : frames[BLOCK] + block_samples[i - BLOCK];
}

void frames_watch(uint64_t gfn)
{
	for (unsigned int i = 0; i < named_count; i++)
		if (named[i] == gfn)
			return;
	if (named_count < NAMED_MAX)
		named[named_count++] = gfn;
}

static size_t read_back(char *to, size_t size, uint64_t gfn)
{
	uint32_t failed, low = peek(gfn * PAGE, &failed), high = 0;

	if (!failed)
		high = peek(gfn * PAGE + 4, &failed);
	if (failed)
		return print(to, size, " %lx=" NO_RAM, (unsigned long)gfn);
	/* Its own tag: what most frames hold. */
	if (high == 0 && low == gfn)
		return print(to, size, " %lx", (unsigned long)gfn);
	return print(to, size, " %lx=%lx", (unsigned long)gfn, (unsigned long)high << 32 | low);
}

void frames_read_back(unsigned int step, bool all)
{
	static char text[4096];
	size_t used = print(text, sizeof(text), "state %u", step);

	if (all) {
		for (unsigned int i = 0; i < WATCHED; i++)
			frames_watch(watched_gfn(i));
		for (unsigned int i = 0; i < WATCHED; i++)
			used += read_back(text + used, sizeof(text) - used, watched_gfn(i));
	} else {
		for (unsigned int i = 0; i < IN_TURN; i++)
			frames_watch(watched_gfn(turn++ % WATCHED));
		for (unsigned int i = 0; i < named_count; i++)
			used += read_back(text + used, sizeof(text) - used, named[i]);
	}
	named_count = 0;
	record_mark(text);
}

void make_holes(const uint64_t *gfns, unsigned int count)
{
	struct grant_map *maps = (void *)hypercall_buffer();
	struct grant_unmap *unmaps = (void *)(hypercall_buffer() + PAGE);

	/* A grant replaces what is there, and leaves a hole when it goes. */
	for (unsigned int i = 0; i < count; i++)
		maps[i] = (struct grant_map){ .host_addr = gfns[i] * PAGE, .flags = 2, .ref = SPARE_REF, .dom = self };
	if (hypercall(20, 0, (uint64_t)maps, count))
		fail("grants cannot be mapped");
	for (unsigned int i = 0; i < count; i++) {
		if (maps[i].status)
			fail("gfn 0x%lx takes no grant: %d", (unsigned long)gfns[i], maps[i].status);
		unmaps[i] = (struct grant_unmap){ .host_addr = gfns[i] * PAGE, .handle = maps[i].handle };
	}
	if (hypercall(20, 1, (uint64_t)unmaps, count))
		fail("grants cannot be unmapped");
	for (unsigned int i = 0; i < count; i++)
		if (unmaps[i].status)
			fail("gfn 0x%lx cannot be emptied: %d", (unsigned long)gfns[i], unmaps[i].status);
}

void frames_heal(void)
{
	uint64_t holes[EXTENDED + 1] = { ODD_GFN };
	long result;

	for (unsigned int i = 0; i < EXTENDED; i++)
		holes[1 + i] = frames[OWN + GRANTS + i];
	make_holes(holes, EXTENDED + 1);
	result = reservation_of(DOMID_SELF, POPULATE, frames, OWN + GRANTS, 0);
	if (result != OWN + GRANTS)
		fail("only %ld frames can be healed", result);
	if (reservation(POPULATE, frames[BLOCK], ORDER_2M) != 1)
		fail("the block cannot be healed");
}
