// SPDX-License-Identifier: MIT
/* Hypercalls, recorded by the shim, and how this guest ends. */
#include <stdarg.h>
#include <stdint.h>

/* A script's pointers lead anywhere; nothing is mapped below 2 MiB, nor beyond the identity map. */
#define XGT_SHIM_CAN_READ(address, bytes) \
	((void)(bytes), (uintptr_t)(address) >= 0x200000 && (uintptr_t)(address) >> 39 == 0)
/* More than a script's lists have. */
#define XGT_SHIM_LIST_MAX 128
#define XGT_SHIM_IMPLEMENTATION
#include "xen.h"
#undef DOMID_SELF
#include "executor.h"

#define MEMORY_OP 12
#define GRANT_TABLE_OP 20
#define SCHED_OP 29
#define SCHEDOP_SHUTDOWN 2

static char line[16384];
static struct xgt_shim shim = { .write = log_write, .line = line, .line_size = sizeof(line) };
static bool recording;
static uint8_t buffer[HYPERCALL_BUFFER_SIZE] __attribute__((aligned(4096)));

uint8_t *hypercall_buffer(void)
{
	return buffer;
}

long hypercall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	if (recording && nr == MEMORY_OP)
		return xgt_shim_memory_op(&shim, (unsigned int)a, (void *)b);
	if (recording && nr == GRANT_TABLE_OP)
		return xgt_shim_grant_table_op(&shim, (unsigned int)a, (void *)b, (unsigned int)c);
	return xgt_shim_call((unsigned int)nr, a, b, c);
}

void record_start(void)
{
	recording = true;
	shim.domid = self;
	shim.has_domid = 1;
}

void record_mark(const char *text)
{
	xgt_shim_mark(&shim, text);
}

void console_line(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	xgt_shim_to_console(0, text, length);
	xgt_shim_to_console(0, "\n", 1);
	if (board.uart.size) {
		xgt_shim_to_pl011((void *)board.uart.start, text, length);
		xgt_shim_to_pl011((void *)board.uart.start, "\n", 1);
	}
}

_Noreturn void shut_down(unsigned int reason)
{
	xgt_shim_call(SCHED_OP, SCHEDOP_SHUTDOWN, (uintptr_t)&reason, 0);
	for (;;)
		__asm__ volatile("wfi");
}

_Noreturn void fail(const char *format, ...)
{
	char text[256];
	size_t used = print(text, sizeof(text), "PANIC: executor: ");
	va_list list;

	va_start(list, format);
	print_list(text + used, sizeof(text) - used, format, list);
	va_end(list);
	console_line(text);
	shut_down(CRASHED);
}

void fault(uint64_t vector, uint64_t esr, uint64_t far, uint64_t elr)
{
	extern uint8_t image_head[];

	fail("exception at vector %lu, ESR 0x%lx, FAR 0x%lx, ELR image + 0x%lx", (unsigned long)vector, (unsigned long)esr,
	     (unsigned long)far, (unsigned long)(elr - (uint64_t)image_head));
}
