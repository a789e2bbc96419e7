// SPDX-License-Identifier: MIT
/* What scripts of the differential test work on: set aside, read back after each call, healed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "execute.h"

/* A frame beside those that are watched, where Xen maps what a script asks for. */
#define ODD_GFN 0x1000

/* Grant-table frames that nobody has yet: what they hold tells them apart, in an entry that grants nothing. */
static const unsigned int table_frames[] = { 40, 41, 42, 43, 63 };
#define TABLE_FRAMES (sizeof(table_frames) / sizeof(table_frames[0]))
#define TABLE_TAG 0xf0000000ULL

static const unsigned int block_samples[] = { 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 384, 511 };
#define SAMPLES (sizeof(block_samples) / sizeof(block_samples[0]))
#define WATCHED (BLOCK + SAMPLES)

uint64_t frames[FRAMES];
uint32_t refs[GRANTS];
static uint32_t spare_ref;	/* a grant that no script uses */
static uint64_t spare_gfn;
static uint8_t *tags;		/* page that frames are copied to; its gfn stays its own */
static uint64_t tags_gfn;
static char state[WATCHED][24];

static uint64_t watched_gfn(unsigned int i)
{
	return i < BLOCK ? frames[i] : frames[BLOCK] + block_samples[i - BLOCK];
}

/* Copies the first word of every watched frame by grant copy, which answers where a load would kill: bad_page. */
void frames_read_back(int log, unsigned int call)
{
	char text[3000];
	int used = sprintf(text, "mark state %u", call);
	struct grant_copy *ops = (void *)(hypercall_buffer() + ARGUMENT_MAX);

	memset(ops, 0, WATCHED * sizeof(*ops));
	for (unsigned int i = 0; i < WATCHED; i++)
		ops[i] = (struct grant_copy){ .source = watched_gfn(i), .source_domid = DOMID_SELF, .dest = tags_gfn,
					      .dest_domid = DOMID_SELF, .dest_offset = i * 8, .length = 8 };
	grant_copy(ops, WATCHED);
	for (unsigned int i = 0; i < WATCHED; i++) {
		char now[24];
		uint64_t tag;

		memcpy(&tag, tags + i * 8, 8);
		if (ops[i].status)
			snprintf(now, sizeof(now), "%d", ops[i].status);
		else
			snprintf(now, sizeof(now), "%llx", (unsigned long long)tag);
		if (strcmp(now, state[i])) {
			used += sprintf(text + used, " %llx=%s", (unsigned long long)watched_gfn(i), now);
			strcpy(state[i], now);
		}
	}
	if (write(log, text, used) != used)
		fail("the log takes no mark: %s", strerror(errno));
}

static void tag(void *page)
{
	*(uint64_t *)page = gfn_of(page);
}

static void tag_table_frames(void)
{
	uint8_t *page = page_new();

	for (unsigned int i = 0; i < TABLE_FRAMES; i++) {
		if (add_to_physmap(DOMID_SELF, SPACE_GRANT_TABLE, table_frames[i], gfn_of(page)))
			fail("grant-table frame %u cannot be mapped", table_frames[i]);
		*(volatile uint64_t *)page = (TABLE_TAG + table_frames[i]) << 32;
		if (reservation(POPULATE, gfn_of(page), 0) != 1)
			fail("a page cannot be put back");
	}
}

void frames_set_aside(void)
{
	struct grants spare = grants_new(1);
	struct grants granted = grants_new(WRITABLE_GRANTS), read_only = grants_new_read_only(READ_ONLY_GRANTS);
	unsigned int at = 0;
	uint8_t *block;

	for (unsigned int i = 0; i < OWN; i++) {
		uint8_t *page = page_new();

		tag(page);
		frames[at++] = gfn_of(page);
	}
	for (unsigned int i = 0; i < GRANTS; i++) {
		bool rw = i < WRITABLE_GRANTS;
		uint8_t *page = rw ? granted.pages + i * PAGE : read_only.pages + (i - WRITABLE_GRANTS) * PAGE;

		tag(page);
		refs[i] = rw ? granted.refs[i] : read_only.refs[i - WRITABLE_GRANTS];
		frames[at++] = gfn_of(page);
	}
	/* The kernel takes its own frames from the regions' ends. */
	for (unsigned int i = 0; i < EXTENDED; i++)
		frames[at++] = region_gfn(1) + 0x100 + i;
	block = block_new();
	for (unsigned int i = 0; i < FRAMES_2M; i++)
		tag(block + i * PAGE);
	frames[at] = gfn_of(block);
	tags = page_new();
	tags_gfn = gfn_of(tags);
	spare_ref = spare.refs[0];
	spare_gfn = gfn_of(spare.pages);
	tag_table_frames();
}

void frames_print(FILE *file)
{
	uint16_t *domid = (void *)hypercall_buffer();

	for (unsigned int i = 0; i < GRANTS; i++)
		fprintf(file, "grant %u %llu %u\n", refs[i], (unsigned long long)frames[OWN + i], i >= WRITABLE_GRANTS);
	fprintf(file, "grant %u %llu 0\n", spare_ref, (unsigned long long)spare_gfn);
	fprintf(file, "peer %u %lu %u %u\n", PEER, PEER_GFN, PEER_PAGES, PEER_GRANT_FRAMES);
	for (unsigned int i = 0; i < PEER_GRANTS; i++)
		fprintf(file, "peer_grant %u %llu %u %u\n", peer_grants[i].ref, (unsigned long long)peer_grants[i].gfn,
			peer_grants[i].read_only, peer_grants[i].domid);
	*domid = DOMID_SELF;
	fprintf(file, "max_page %ld\n", hypercall(12, 2, 0, 0));
	fprintf(file, "tot_pages %ld\n", hypercall(12, 3, (uint64_t)domid, 0));
	fprintf(file, "max_pages %ld\n", hypercall(12, 4, (uint64_t)domid, 0));
	fprintf(file, "maximum_gpfn %ld\n", hypercall(12, 14, (uint64_t)domid, 0));
}

/* A grant replaces what is there, and leaves a hole when it goes. */
void make_hole(uint64_t gfn)
{
	struct grant_map map = grant_map(gfn, spare_ref, 2);

	if (map.status || grant_unmap(gfn * PAGE, map.handle))
		fail("gfn 0x%llx cannot be emptied", (unsigned long long)gfn);
}

void frames_heal(void)
{
	make_hole(ODD_GFN);
	for (unsigned int i = 0; i < BLOCK; i++)
		if (i >= BLOCK - EXTENDED)
			make_hole(frames[i]);
		else if (reservation(POPULATE, frames[i], 0) != 1)
			fail("frame 0x%llx cannot be healed", (unsigned long long)frames[i]);
	if (reservation(POPULATE, frames[BLOCK], ORDER_2M) != 1)
		fail("the block cannot be healed");
}
