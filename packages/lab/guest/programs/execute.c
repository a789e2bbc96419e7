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
 *   w OFFSET 0           after the call: the swap op at OFFSET is one to take back
 *   go
 * "heal" unmaps all that is mapped, takes swaps back and populates all frames.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "execute.h"

#define SLOTS 4096
/* No handle of Xen's is this high: its tables hold 1024 frames of 256. */
#define NO_HANDLE 0x7ffffff0
#define SWAPS 256

static struct {
	uint64_t host_addr;
	uint32_t handle;
	bool live;
} slots[SLOTS];
static struct {
	uint32_t a, b;
} swaps[SWAPS];
static unsigned int nr_swaps;
static int capture;

struct swap {
	uint32_t a, b;
	int16_t status;
	uint16_t padding;
};

static void unmap_all(void)
{
	for (unsigned int pass = 0; pass < 2; pass++)
		/* A handle whose gfn holds something else lets go only once that is a hole. */
		for (unsigned int i = 0; i < SLOTS; i++)
			if (slots[i].live) {
				if (pass)
					make_hole(slots[i].host_addr / PAGE);
				if (grant_unmap(slots[i].host_addr, slots[i].handle) == 0)
					slots[i].live = false;
				else if (pass)
					fail("handle %u cannot be unmapped", slots[i].handle);
			}
	memset(slots, 0, sizeof(slots));
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
	} else if (what == 'w') {
		const struct swap *swap = (const void *)op;

		if (swap->status || swap->a == swap->b)
			return;
		if (nr_swaps == SWAPS)
			fail("script: too many swaps");
		swaps[nr_swaps].a = swap->a;
		swaps[nr_swaps++].b = swap->b;
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

/* How many frames the grant tables have is for the log to tell: the calls of a script make them grow. */
static void log_table_sizes(void)
{
	static const uint16_t domids[] = { DOMID_SELF, PEER };

	for (unsigned int i = 0; i < 2; i++) {
		uint16_t *op = (void *)hypercall_buffer();

		memset(op, 0, 16);
		*op = domids[i];
		if (hypercall(20, 6, (uint64_t)op, 1))
			fail("a grant table's size cannot be read");
	}
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
	frames_set_aside();
	peer_new();
	frames_print(setup);
	fclose(setup);
	if (write(capture, "clear", 5) != 5)
		fail("the log cannot be emptied");
	log_table_sizes();
	frames_read_back(capture, 0);
	while (fgets(line, sizeof(line), script)) {
		if (!strncmp(line, "heal", 4))
			heal();
		else
			run_call(script, line);
		frames_read_back(capture, ++count);
	}
	heal();
	frames_read_back(capture, ++count);
	peer_free();
	printf("%u calls\n", count);
	return 0;
}
