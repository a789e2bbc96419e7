// SPDX-License-Identifier: GPL-2.0
/* The log: JSON lines in one buffer, read through /proc/xgt_capture. */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "capture.h"

/* Bytes of a mark that are kept. */
#define MARK_MAX 3072
/* Bytes behind the lines' part of the buffer, where a full log can still say what it lost. */
#define LOST_ROOM 64
#define MEGABYTES_MAX 1024

static char *buffer;
static size_t used, capacity, line_start;
static unsigned long lost, ids, missed_before;
static unsigned long irq_flags;
static bool stopped;
static DEFINE_RAW_SPINLOCK(lock);

bool read_words(void *to, u64 from, size_t size)
{
	if (from < TASK_SIZE)
		return !copy_from_user_nofault(to, (const void __user *)from, size);
	return !copy_from_kernel_nofault(to, (const void *)from, size);
}

void log_lost(unsigned long lines)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	lost += lines;
	raw_spin_unlock_irqrestore(&lock, flags);
}

static void write_lost(void)
{
	if (lost)
		used += scnprintf(buffer + used, LOST_ROOM, "{\"ev\":\"lost\",\"count\":%lu}\n", lost);
	lost = 0;
}

unsigned long log_next_id(void)
{
	return ++ids;
}

void log_text(const char *format, ...)
{
	/* What "stop" writes into LOST_ROOM leaves no room for lines, less than none. */
	size_t room = used < capacity ? min_t(size_t, capacity - used, INT_MAX) : 0;
	va_list list;

	va_start(list, format);
	used += vscnprintf(buffer + used, room, format, list);
	va_end(list);
}

void log_name(const char *name)
{
	log_text(",\"%s\":", name);
}

void log_hex(u64 value)
{
	log_text("\"0x%llx\"", value);
}

void log_begin(void)
{
	unsigned long flags;
	u64 now;

	raw_spin_lock_irqsave(&lock, flags);
	irq_flags = flags;
	line_start = used;
	if (lost && !stopped && used + 4096 < capacity) {
		write_lost();
		line_start = used;
	}
	/* Under the lock, so that lines are in the order of their times. */
	now = ktime_get_ns();
	log_text("{\"t\":%llu.%06llu", now / NSEC_PER_SEC, now / 1000 % USEC_PER_SEC);
}

void log_end(void)
{
	unsigned long flags;

	log_text("}\n");
	if (stopped) {
		used = line_start;
	} else if (used + 1 >= capacity) {
		used = line_start;
		lost++;
	}
	flags = irq_flags;
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* Text from elsewhere: what JSON would take for its own becomes "?". */
static void log_quoted(const char *text)
{
	log_text("\"");
	for (; *text; text++)
		log_text("%c", *text == '"' || *text == '\\' || (u8)*text < 0x20 || (u8)*text > 0x7e ? '?' : *text);
	log_text("\"");
}

void log_task(void)
{
	log_text(",\"cpu\":%d,\"pid\":%d,\"comm\":", raw_smp_processor_id(), current->pid);
	log_quoted(current->comm);
}

static u64 value_of(const u8 *bytes, unsigned int size)
{
	u64 value = 0;

	memcpy(&value, bytes, size);	/* arm64 is little-endian here */
	return value;
}

static s64 signed_of(const u8 *bytes, unsigned int size)
{
	unsigned int shift = 64 - 8 * size;

	return (s64)(value_of(bytes, size) << shift) >> shift;
}

void log_members(const struct member *members, unsigned int count, const void *bytes, bool first)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct member *m = &members[i];
		const u8 *at = (const u8 *)bytes + m->offset;

		log_text("%s\"%s\":", first && i == 0 ? "" : ",", m->name);
		if (m->kind == KIND_HEX)
			log_hex(value_of(at, m->size));
		else if (m->kind == KIND_SIGNED)
			log_text("%lld", signed_of(at, m->size));
		else
			log_text("%llu", value_of(at, m->size));
	}
}

void log_list(const char *name, u64 address, u64 count, unsigned int size, bool is_signed)
{
	u64 i;
	u8 bytes[8];

	log_text(",\"%s\":[", name);
	/* Exact counts only: what lies behind a list may be a page that was ballooned out. */
	for (i = 0; i < count && i < LIST_MAX; i++) {
		if (i)
			log_text(",");
		if (!read_words(bytes, address + i * size, size)) {
			log_text("null");
			break;
		}
		if (is_signed)
			log_text("%lld", signed_of(bytes, size));
		else
			log_hex(value_of(bytes, size));
	}
	log_text("]");
}

static ssize_t capture_read(struct file *file, char __user *to, size_t size, loff_t *at)
{
	return simple_read_from_buffer(to, size, at, buffer, READ_ONCE(used));
}

/*
 * "stop" ends the recording: reading a log that still grows may never end, as what stores it may do DMA. "mark TEXT"
 * notes TEXT in the log. "clear" starts an empty log.
 */
static ssize_t capture_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	static const char mark[] = "mark ";
	unsigned long flags;
	char *text = memdup_user_nul(from, min_t(size_t, size, MARK_MAX));

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (!strncmp(text, mark, sizeof(mark) - 1)) {
		log_begin();
		log_text(",\"ev\":\"mark\",\"text\":");
		log_quoted(strim(text + sizeof(mark) - 1));
		log_end();
	} else {
		bool stop = !strncmp(text, "stop", 4);

		raw_spin_lock_irqsave(&lock, flags);
		if (!stop) {
			used = 0;
			lost = 0;
			missed_before = calls_missed();
		} else if (!stopped) {
			lost += calls_missed() - missed_before;
			write_lost();
		}
		stopped = stop;
		raw_spin_unlock_irqrestore(&lock, flags);
	}
	kfree(text);
	return size;
}

static const struct proc_ops capture_ops = {
	.proc_read = capture_read,
	.proc_write = capture_write,
	.proc_lseek = default_llseek,
};

int log_open(unsigned int megabytes)
{
	if (!megabytes || megabytes > MEGABYTES_MAX)
		return -EINVAL;
	capacity = (size_t)megabytes << 20;
	buffer = vmalloc(capacity + LOST_ROOM);
	if (!buffer)
		return -ENOMEM;
	if (!proc_create("xgt_capture", 0600, NULL, &capture_ops)) {
		vfree(buffer);
		return -ENOMEM;
	}
	return 0;
}

void log_close(void)
{
	remove_proc_entry("xgt_capture", NULL);
	vfree(buffer);
}
