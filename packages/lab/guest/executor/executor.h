/* SPDX-License-Identifier: MIT */
/*
 * Executor of the differential test: a guest without an operating system that issues the hypercalls of a script on frames
 * set aside for them and reads frames back after each call. It knows nothing of what a call means.
 */
#ifndef XGT_EXECUTOR_H
#define XGT_EXECUTOR_H

#include <stdarg.h>
#include <string.h>
#include "board.h"
#include "calls.h"

extern struct board board;
extern uint16_t self;	/* this domain's id */

/* peek.S: the word at an address; *failed: nothing answers there. */
uint32_t peek(uint64_t address, uint32_t *failed);
void peek_vectors_install(void);

/* print.c: %s %u %d %lu %ld %llx, as printf has them; what does not fit is cut. Returns the length. */
size_t print(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t print_list(char *to, size_t size, const char *format, va_list list);

/* script.c: the disk holds the script, then room for the log. */
#define SECTOR 512
struct script_head {
	char magic[8];
	uint64_t script_bytes, log_sector, log_sectors;
	/* The second domain: its id, first frame, frames, a gfn that it lacks. */
	uint64_t peer_gfn, peer_pages, peer_lacks;
	uint16_t peer;
	/* 0: none, 1: to be made, 2: another guest of this Xen's. */
	uint16_t peer_kind;
};
enum { PEER_NONE, PEER_TO_MAKE, PEER_GUEST };
extern struct script_head head;
void script_open(void);
/* Bytes of the script that are not used up yet, at least `wanted` of them unless it ends before. */
const uint8_t *script_bytes(size_t wanted);
void script_used(size_t bytes);
void log_write(void *context, const char *bytes, size_t length);
/* Ends the log; the console tells how long it is. */
void log_close(void);

/* record.c: from record_start on hypercalls are recorded. */
void record_start(void);
void record_mark(const char *text);
void console_line(const char *text);
_Noreturn void shut_down(unsigned int reason);
#define POWER_OFF 0
#define CRASHED 3

/* frames.c: the frames and refs that a script names by number. */
#define OWN 24
#define WRITABLE_GRANTS 8
#define READ_ONLY_GRANTS 4
#define GRANTS (WRITABLE_GRANTS + READ_ONLY_GRANTS)
#define EXTENDED 8
#define BLOCK (OWN + GRANTS + EXTENDED)
#define FRAMES (BLOCK + 1)
extern uint64_t frames[FRAMES];
extern uint32_t refs[GRANTS];
void grant_table_place(void);
void grant_entry_write(uint32_t ref, uint16_t domid, uint64_t gfn, bool read_only);
void frames_set_aside(void);
/* Lines that tell what a judge must know of them. */
void frames_print(void);
/* A frame to be read back after this call. */
void frames_watch(uint64_t gfn);
/* Marks in the log what these hold, and some of the others in turn; `all`: all of them. */
void frames_read_back(unsigned int step, bool all);
void frames_heal(void);
/* The gfns become holes, whatever they hold. */
void make_holes(const uint64_t *gfns, unsigned int count);

/* neighbour.c: what the second domain is told to do where it is a guest of its own, and how the first one waits for it. */
_Noreturn void neighbour_main(void);
void neighbour_wait(void);

/* execute.c */
void execute(void);

#endif
