// SPDX-License-Identifier: MIT
/*
 * Executor of the differential test: issues the hypercalls of a script on frames set aside for them and reads every
 * frame back after each call, as a mark in the capture module's log: "state CALL FRAME=TAG...", those that changed. It
 * knows nothing of what a call means: the script holds the argument memory and says where frames, refs and handles of
 * this run go. usage: execute SCRIPT SETUP
 *
 * Script: "call NR A B C HEX" where B may be "@offset" in the argument memory, followed by lines that change that
 * memory before the call and tell what to keep after it:
 *   p OFFSET VALUE       address of VALUE in the argument memory
 *   g OFFSET FRAME ADD   frame number FRAME, ADD frames on
 *   a OFFSET FRAME ADD   its address, plus ADD bytes
 *   r OFFSET GRANT       grant ref
 *   h OFFSET SLOT        handle of a slot
 *   H OFFSET SLOT        host address of a slot's map
 *   s OFFSET SLOT        after the call: the map op at OFFSET fills the slot
 *   u OFFSET SLOT        after the call: the unmap op at OFFSET ends it
 *   go
 * "heal" unmaps all that is mapped and populates all frames.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "guest.h"

#define OWN 24
#define WRITABLE_GRANTS 8
#define READ_ONLY_GRANTS 4
#define EXTENDED 8
#define BLOCK_ORDER 9
#define FRAMES (OWN + WRITABLE_GRANTS + READ_ONLY_GRANTS + EXTENDED + 1)
#define BLOCK (FRAMES - 1)
#define SLOTS 4096
#define ARGUMENT_MAX (8 * PAGE)
/* No handle of Xen's is this high: its tables hold 1024 frames of 256. */
#define NO_HANDLE 0x7ffffff0

static const unsigned int block_samples[] = { 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 384, 511 };
#define SAMPLES (sizeof(block_samples) / sizeof(block_samples[0]))
#define WATCHED (BLOCK + SAMPLES)

static uint64_t frames[FRAMES];
static uint32_t refs[WRITABLE_GRANTS + READ_ONLY_GRANTS];
static struct {
	uint64_t host_addr;
	uint32_t handle;
	bool live;
} slots[SLOTS];
static uint8_t *tags;		/* page that frames are copied to; its gfn stays its own */
static uint64_t tags_gfn;
static char state[WATCHED][24];
static int capture;

struct copy {
	uint64_t source;
	uint16_t source_domid, source_offset;
	uint32_t source_padding;
	uint64_t dest;
	uint16_t dest_domid, dest_offset;
	uint32_t dest_padding;
	uint16_t length, flags;
	int16_t status;
	uint16_t padding;
};

static uint64_t watched_gfn(unsigned int i)
{
	return i < BLOCK ? frames[i] : frames[BLOCK] + block_samples[i - BLOCK];
}

/* Copies the first word of every watched frame by grant copy, which answers where a load would kill: bad_page. */
static void read_back(unsigned int call)
{
	char text[3000];
	int used = sprintf(text, "mark state %u", call);
	struct copy *ops = (void *)(hypercall_buffer() + ARGUMENT_MAX);

	memset(ops, 0, WATCHED * sizeof(*ops));
	for (unsigned int i = 0; i < WATCHED; i++)
		ops[i] = (struct copy){ .source = watched_gfn(i), .source_domid = DOMID_SELF, .dest = tags_gfn,
					.dest_domid = DOMID_SELF, .dest_offset = i * 8, .length = 8 };
	if (hypercall(20, 5, (uint64_t)ops, WATCHED))
		fail("the frames cannot be read back");
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
	if (write(capture, text, used) != used)
		fail("the log takes no mark: %s", strerror(errno));
}

static void tag(void *page)
{
	*(uint64_t *)page = gfn_of(page);
}

static void set_aside(void)
{
	struct grants granted = grants_new(WRITABLE_GRANTS), read_only = grants_new_read_only(READ_ONLY_GRANTS);
	unsigned int at = 0;
	uint64_t cells[2];
	uint8_t *block;
	int file;

	for (unsigned int i = 0; i < OWN; i++) {
		uint8_t *page = page_new();

		tag(page);
		frames[at++] = gfn_of(page);
	}
	for (unsigned int i = 0; i < WRITABLE_GRANTS + READ_ONLY_GRANTS; i++) {
		bool rw = i < WRITABLE_GRANTS;
		uint8_t *page = rw ? granted.pages + i * PAGE : read_only.pages + (i - WRITABLE_GRANTS) * PAGE;

		tag(page);
		refs[i] = rw ? granted.refs[i] : read_only.refs[i - WRITABLE_GRANTS];
		frames[at++] = gfn_of(page);
	}
	file = open("/proc/device-tree/hypervisor/reg", O_RDONLY);
	if (pread(file, cells, sizeof(cells), sizeof(cells)) != sizeof(cells))
		fail("the extended region cannot be read");
	close(file);
	/* The kernel takes its own frames from the regions' ends. */
	for (unsigned int i = 0; i < EXTENDED; i++)
		frames[at++] = be64toh(cells[0]) / PAGE + 0x100 + i;
	block = mmap(NULL, PAGE << BLOCK_ORDER, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_LOCKED | MAP_POPULATE, -1, 0);
	if (block == MAP_FAILED)
		fail("no 2 MiB block: %s", strerror(errno));
	for (unsigned int i = 0; i < 1 << BLOCK_ORDER; i++)
		tag(block + i * PAGE);
	frames[at] = gfn_of(block);
	tags = page_new();
	tags_gfn = gfn_of(tags);
}

static void print_setup(FILE *result)
{
	uint16_t *domid = (void *)hypercall_buffer();

	for (unsigned int i = 0; i < WRITABLE_GRANTS + READ_ONLY_GRANTS; i++)
		fprintf(result, "grant %u %llu %u\n", refs[i], (unsigned long long)frames[OWN + i], i >= WRITABLE_GRANTS);
	*domid = DOMID_SELF;
	fprintf(result, "max_page %ld\n", hypercall(12, 2, 0, 0));
	fprintf(result, "tot_pages %ld\n", hypercall(12, 3, (uint64_t)domid, 0));
	fprintf(result, "max_pages %ld\n", hypercall(12, 4, (uint64_t)domid, 0));
	fprintf(result, "maximum_gpfn %ld\n", hypercall(12, 14, (uint64_t)domid, 0));
}

static void heal(void)
{
	for (unsigned int pass = 0; pass < 2; pass++) {
		/* A handle whose gfn holds something else lets go only once that is a hole. */
		for (unsigned int i = 0; i < SLOTS; i++)
			if (slots[i].live) {
				uint64_t gfn = slots[i].host_addr / PAGE;

				if (pass)
					reservation(1, gfn, 0);
				if (grant_unmap(slots[i].host_addr, slots[i].handle) == 0)
					slots[i].live = false;
			}
	}
	for (unsigned int i = 0; i < BLOCK; i++) {
		if (i >= BLOCK - EXTENDED) {
			struct {
				uint16_t domid;
				uint64_t gfn;
			} *argument = (void *)hypercall_buffer();

			argument->domid = DOMID_SELF;
			argument->gfn = frames[i];
			hypercall(12, 15, (uint64_t)argument, 0);
		} else if (reservation(6, frames[i], 0) != 1)
			fail("frame 0x%llx cannot be healed", (unsigned long long)frames[i]);
	}
	if (reservation(6, frames[BLOCK], BLOCK_ORDER) != 1)
		fail("the block cannot be healed");
	memset(slots, 0, sizeof(slots));
}

/* A dead slot's handle may be another map's by now: then a handle that is none is taken. */
static uint32_t handle_of(unsigned int slot)
{
	for (unsigned int i = 0; i < SLOTS; i++)
		if (i != slot && slots[i].live && !slots[slot].live && slots[i].handle == slots[slot].handle)
			return NO_HANDLE;
	return slots[slot].host_addr ? slots[slot].handle : NO_HANDLE;
}

static void keep(char what, const uint8_t *op, unsigned int slot)
{
	if (what == 's') {
		const struct grant_map *map = (const void *)op;

		slots[slot].live = map->status == 0;
		slots[slot].handle = map->handle;
		slots[slot].host_addr = map->host_addr;
	} else {
		const struct grant_unmap *unmap = (const void *)op;

		if (unmap->status == 0 && unmap->host_addr / PAGE && unmap->handle == slots[slot].handle)
			slots[slot].live = false;
	}
}

static void run_call(FILE *script, const char *line)
{
	uint8_t *memory = hypercall_buffer();
	uint64_t arguments[3];
	char words[3][32], *hex = malloc(2 * ARGUMENT_MAX + 2), rest[96];
	struct {
		char what;
		unsigned int offset, slot;
	} kept[64];
	unsigned int nr, kepts = 0;
	size_t size = 0;

	if (!hex || sscanf(line, "call %u %31s %31s %31s %65536s", &nr, words[0], words[1], words[2], hex) != 5)
		fail("script: %s", line);
	if (strcmp(hex, "-"))
		for (; hex[2 * size]; size++)
			sscanf(hex + 2 * size, "%2hhx", memory + size);
	free(hex);
	while (fgets(rest, sizeof(rest), script) && strncmp(rest, "go", 2)) {
		char what;
		unsigned int offset;
		unsigned long long value, add = 0;
		uint64_t wide;
		uint32_t narrow;

		if (sscanf(rest, "%c %u %llu %llu", &what, &offset, &value, &add) < 3)
			fail("script: %s", rest);
		switch (what) {
		case 'p': wide = (uint64_t)memory + value; memcpy(memory + offset, &wide, 8); break;
		case 'g': wide = frames[value] + add; memcpy(memory + offset, &wide, 8); break;
		case 'a': wide = frames[value] * PAGE + add; memcpy(memory + offset, &wide, 8); break;
		case 'r': memcpy(memory + offset, &refs[value], 4); break;
		case 'h': narrow = handle_of(value); memcpy(memory + offset, &narrow, 4); break;
		case 'H': wide = slots[value].host_addr; memcpy(memory + offset, &wide, 8); break;
		default:
			if (kepts == 64)
				fail("script: too many ops");
			kept[kepts].what = what;
			kept[kepts].offset = offset;
			kept[kepts++].slot = value;
		}
	}
	for (unsigned int i = 0; i < 3; i++)
		arguments[i] = words[i][0] == '@' ? (uint64_t)memory + strtoull(words[i] + 1, NULL, 0)
						  : strtoull(words[i], NULL, 0);
	hypercall(nr, arguments[0], arguments[1], arguments[2]);
	for (unsigned int i = 0; i < kepts; i++)
		keep(kept[i].what, memory + kept[i].offset, kept[i].slot);
}

int execute_main(int argc, char **argv)
{
	static char line[2 * ARGUMENT_MAX + 256];
	FILE *script = argc == 3 ? fopen(argv[1], "r") : NULL, *setup = argc == 3 ? fopen(argv[2], "w") : NULL;
	unsigned int count = 0;

	if (!script || !setup)
		fail("usage: xgt-guest execute SCRIPT SETUP");
	capture = open("/proc/xgt_capture", O_WRONLY);
	if (capture < 0)
		fail("/proc/xgt_capture: %s", strerror(errno));
	hypercall_open();
	set_aside();
	print_setup(setup);
	fclose(setup);
	if (write(capture, "clear", 5) != 5)
		fail("the log cannot be emptied");
	read_back(0);
	while (fgets(line, sizeof(line), script)) {
		if (!strncmp(line, "heal", 4))
			heal();
		else
			run_call(script, line);
		read_back(++count);
	}
	heal();
	read_back(++count);
	printf("%u calls\n", count);
	return 0;
}
