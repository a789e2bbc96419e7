// SPDX-License-Identifier: GPL-2.0
/* grant_table_op: the members of each sub-op's struct before and after (xen/include/public/grant_table.h). */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "capture.h"

#define IN(...) (const struct member[]){ __VA_ARGS__ }, sizeof((const struct member[]){ __VA_ARGS__ }) / sizeof(struct member)

struct grant_op {
	u8 size;
	const struct member *in;
	u8 ins;
	const struct member *out;
	u8 outs;
};

static const struct member status_of_copy[] = { { "status", 36, 2, KIND_SIGNED } };
static const struct member copy_tail[] = { { "len", 32, 2 }, { "flags", 34, 2 } };

static const struct grant_op ops[] = {
	[0] = { 32, IN({ "host_addr", 0, 8, KIND_HEX }, { "flags", 8, 4 }, { "ref", 12, 4 }, { "dom", 16, 2 }),
		IN({ "status", 18, 2, KIND_SIGNED }, { "handle", 20, 4 }, { "dev_bus_addr", 24, 8, KIND_HEX }) },
	[1] = { 24, IN({ "host_addr", 0, 8, KIND_HEX }, { "dev_bus_addr", 8, 8, KIND_HEX }, { "handle", 16, 4 }),
		IN({ "status", 20, 2, KIND_SIGNED }) },
	[2] = { 24, IN({ "dom", 0, 2, KIND_HEX }, { "nr_frames", 4, 4 }), IN({ "status", 8, 2, KIND_SIGNED }) },
	[3] = { 4, IN({ "dom", 0, 2, KIND_HEX }), IN({ "status", 2, 2, KIND_SIGNED }) },
	[4] = { 24, IN({ "mfn", 0, 8, KIND_HEX }, { "domid", 8, 2, KIND_HEX }, { "ref", 12, 4 }),
		IN({ "status", 16, 2, KIND_SIGNED }) },
	[5] = { 40, NULL, 0, status_of_copy, 1 },
	[6] = { 16, IN({ "dom", 0, 2, KIND_HEX }),
		IN({ "nr_frames", 4, 4 }, { "max_nr_frames", 8, 4 }, { "status", 12, 2, KIND_SIGNED }) },
	[7] = { 24, IN({ "host_addr", 0, 8, KIND_HEX }, { "new_addr", 8, 8, KIND_HEX }, { "handle", 16, 4 }),
		IN({ "status", 20, 2, KIND_SIGNED }) },
	[8] = { 4, IN({ "version", 0, 4 }), IN({ "version", 0, 4 }) },
	[9] = { 24, IN({ "dom", 4, 2, KIND_HEX }, { "nr_frames", 0, 4 }), IN({ "status", 6, 2, KIND_SIGNED }) },
	[10] = { 8, IN({ "dom", 0, 2, KIND_HEX }), IN({ "version", 4, 4 }) },
	[11] = { 12, IN({ "ref_a", 0, 4 }, { "ref_b", 4, 4 }), IN({ "status", 8, 2, KIND_SIGNED }) },
	[12] = { 16, IN({ "dev_bus_addr", 0, 8, KIND_HEX }, { "offset", 8, 2 }, { "length", 10, 2 }, { "op", 12, 4 }),
		 NULL, 0 },
};

/* GNTCOPY_source_gref and GNTCOPY_dest_gref say what the first word of a side is. */
static void log_copy_side(const char *name, const u8 *side, bool is_ref)
{
	log_text("\"%s\":{", name);
	if (is_ref)
		log_text("\"ref\":%u", *(const u32 *)side);
	else
		log_text("\"gmfn\":\"0x%llx\"", *(const u64 *)side);
	log_text(",\"domid\":\"0x%x\",\"offset\":%u},", *(const u16 *)(side + 8), *(const u16 *)(side + 10));
}

static void log_ops(struct call *call, bool after)
{
	const struct grant_op *op = &ops[call->cmd];
	u64 words[5];
	u64 i;

	log_text("\"ops\":[");
	for (i = 0; i < call->count && i < LIST_MAX; i++) {
		if (i)
			log_text(",");
		if (!read_words(words, call->arg + i * op->size, op->size)) {
			log_text("null");
			break;
		}
		log_text("{");
		if (call->cmd == 5 && !after) {
			u16 flags = *((const u16 *)words + 17);

			log_copy_side("source", (const u8 *)words, flags & 1);
			log_copy_side("dest", (const u8 *)words + 16, flags & 2);
			log_members(copy_tail, ARRAY_SIZE(copy_tail), words, true);
		} else if (after) {
			s16 status = op->outs && call->cmd == 0 ? *((const s16 *)words + 9) : 0;

			/* A map that failed wrote its status only. */
			log_members(op->out, status ? 1 : op->outs, words, true);
		} else
			log_members(op->in, op->ins, words, true);
		log_text("}");
	}
	log_text("]");
}

static bool is_known(const struct call *call)
{
	return call->cmd < ARRAY_SIZE(ops) && ops[call->cmd].size;
}

/* These take one struct and no count. */
static void normalise_count(struct call *call)
{
	if (call->cmd == 8 || call->cmd == 10)
		call->count = 1;
}

void grant_table_op_enter(struct call *call)
{
	u64 word;

	if (!is_known(call))
		return;
	normalise_count(call);
	log_name("args");
	if (call->count && !read_words(&word, call->arg, 4)) {
		call->fault = true;
		log_text("{\"fault\":true,\"arg\":\"0x%llx\",\"count\":%llu}", call->arg, call->count);
		return;
	}
	log_text("{\"count\":%llu", call->count);
	if (call->count) {
		log_text(",");
		log_ops(call, false);
	}
	log_text("}");
}

void grant_table_op_exit(struct call *call, s64 ret)
{
	if (!is_known(call) || call->fault || !call->count || !ops[call->cmd].outs)
		return;
	/* A call refused as a whole wrote nothing; set_version tells the version in force even then. */
	if (call->cmd != 8 && (ret == -EINVAL || ret == -ENOSYS || ret == -EOPNOTSUPP))
		return;
	log_text(",");
	log_ops(call, true);
}
