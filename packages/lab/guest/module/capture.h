/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XGT_CAPTURE_H
#define XGT_CAPTURE_H

#include <linux/types.h>

#define NR_MEMORY_OP 12
#define NR_MULTICALL 13
#define NR_GRANT_TABLE_OP 20
#define NR_DOMCTL 36

/* Elements of one list that are written; a longer list is cut, which a reader takes for "not recorded". */
#define LIST_MAX 8192

/* A call under way, as it was when it began: Xen may change both registers and arguments. */
struct call {
	unsigned long id;
	unsigned long outer;		/* multicall around this call; 0: none */
	unsigned int entry;
	unsigned int nr;
	u64 cmd;
	u64 arg;
	u64 count;
	const char *via;
	u64 words[9];			/* the argument struct before the call */
	bool fault;			/* the struct could not be read */
};

/* format.c: text goes to one buffer; a line that does not fit is taken back and counted. */
void log_begin(void);			/* takes the lock, writes {"t": */
void log_end(void);			/* ends the line, releases the lock */
void log_text(const char *format, ...) __printf(1, 2);
void log_name(const char *name);	/* ,"name": */
void log_hex(u64 value);
void log_task(void);			/* ,"cpu":0,"pid":1,"comm":"x" */
void log_list(const char *name, u64 address, u64 count, unsigned int size, bool is_signed);
bool read_words(void *to, u64 from, size_t size);
void log_lost(unsigned long lines);	/* not recorded: counted as lost */
int log_open(unsigned int megabytes);
void log_close(void);
unsigned long log_next_id(void);

/* A member of an argument struct. */
struct member {
	const char *name;
	u8 offset;
	u8 size;
	u8 kind;
};
#define KIND_NUMBER 0
#define KIND_HEX 1
#define KIND_SIGNED 2
void log_members(const struct member *members, unsigned int count, const void *bytes, bool first);

bool grant_entry_start(void);
void grant_entry_stop(void);
unsigned long grant_entry_missed(void);	/* lines that its probes could not take */

void memory_op_enter(struct call *call);
void memory_op_exit(struct call *call);
void grant_table_op_enter(struct call *call);
void grant_table_op_exit(struct call *call, s64 ret);

/* capture.c: lines that all probes could not take */
unsigned long calls_missed(void);

int dma_start(void);
void dma_stop(void);

#endif
