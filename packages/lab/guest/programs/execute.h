/* SPDX-License-Identifier: MIT */
#ifndef XGT_EXECUTE_H
#define XGT_EXECUTE_H

#include <stdio.h>
#include "guest.h"

/* frames.c: the frames and refs that a script of the differential test names by number, set aside for it. */
#define OWN 24
#define WRITABLE_GRANTS 8
#define READ_ONLY_GRANTS 4
#define GRANTS (WRITABLE_GRANTS + READ_ONLY_GRANTS)
#define EXTENDED 8
#define BLOCK (OWN + GRANTS + EXTENDED)
#define FRAMES (BLOCK + 1)
/* Half of the hypercall buffer is a script's; frames are read back through the other. */
#define ARGUMENT_MAX (8 * PAGE)

extern uint64_t frames[FRAMES];
extern uint32_t refs[GRANTS];

void frames_set_aside(void);
/* Lines that tell what a judge must know of them. */
void frames_print(FILE *file);
/* Marks in the log which frames are not what they were when last read. */
void frames_read_back(int log, unsigned int call);
void frames_heal(void);
/* The gfn becomes a hole, whatever it holds. */
void make_hole(uint64_t gfn);

#endif
