// SPDX-License-Identifier: MIT
/* The disk: a head, the script, then room for the log. */
#include "executor.h"
#include "virtio-blk.h"

/* A transfer is waited for: the fewer, the better. */
#define PIECE (1 << 20)
/* Longer than any step. */
#define STEP_MAX 8192

struct script_head head;
static uint8_t head_sector[SECTOR] __attribute__((aligned(4096)));
static uint8_t window[STEP_MAX + PIECE] __attribute__((aligned(4096)));
static size_t window_at, window_end;
static uint64_t read_so_far;
static char piece[PIECE] __attribute__((aligned(4096)));
static size_t piece_used;
static uint64_t written;

static void transfer(int write, uint64_t sector, void *bytes, size_t count)
{
	int status = disk_transfer(write, sector, (uint64_t)bytes, (uint32_t)count);

	if (status != DISK_OK)
		fail("the disk answers %d at sector %lu", status, (unsigned long)sector);
}

void script_open(void)
{
	static const char magic[8] = "XGT-CALL";

	if (disk_open(&board) != DISK_OK)
		fail("there is no disk");
	transfer(0, 0, head_sector, SECTOR);
	memcpy(&head, head_sector, sizeof(head));
	for (unsigned int i = 0; i < sizeof(magic); i++)
		if (head.magic[i] != magic[i])
			fail("the disk holds no script");
}

const uint8_t *script_bytes(size_t wanted)
{
	while (window_end - window_at < wanted && read_so_far < head.script_bytes) {
		size_t left = window_end - window_at;

		for (size_t i = 0; i < left; i++)
			window[i] = window[window_at + i];
		window_at = 0;
		window_end = left;
		transfer(0, 1 + read_so_far / SECTOR, window + window_end, PIECE);
		window_end += PIECE;
		read_so_far += PIECE;
	}
	return window + window_at;
}

void script_used(size_t bytes)
{
	window_at += bytes;
}

static void flush(void)
{
	size_t sectors = (piece_used + SECTOR - 1) / SECTOR;

	if (written / SECTOR + sectors > head.log_sectors)
		fail("the log is longer than its room of %lu sectors", (unsigned long)head.log_sectors);
	transfer(1, head.log_sector + written / SECTOR, piece, sectors * SECTOR);
	written += piece_used;
	piece_used = 0;
}

void log_write(void *context, const char *bytes, size_t length)
{
	(void)context;
	while (length > 0) {
		size_t part = length < PIECE - piece_used ? length : PIECE - piece_used;

		memcpy(piece + piece_used, bytes, part);
		piece_used += part;
		bytes += part;
		length -= part;
		if (piece_used == PIECE)
			flush();
	}
}

void log_close(void)
{
	char text[64];

	memset(piece + piece_used, '\n', PIECE - piece_used);
	flush();
	print(text, sizeof(text), "XGT-LOG %lu bytes", (unsigned long)written);
	console_line(text);
}
