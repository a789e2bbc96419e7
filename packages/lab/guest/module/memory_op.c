// SPDX-License-Identifier: GPL-2.0
/* memory_op: which members and lists each sub-op has (xen/include/public/memory.h). */
#include <linux/kernel.h>
#include "capture.h"

static const struct member reservation[] = {
	{ "domid", 24, 2, KIND_HEX }, { "extent_order", 16, 4 }, { "mem_flags", 20, 4 }, { "nr_extents", 8, 8 },
};
static const struct member domain[] = { { "domid", 0, 2, KIND_HEX } };
static const struct member add_to_physmap[] = {
	{ "domid", 0, 2, KIND_HEX }, { "size", 2, 2 }, { "space", 4, 4 }, { "idx", 8, 8, KIND_HEX },
	{ "gpfn", 16, 8, KIND_HEX },
};
static const struct member remove_from_physmap[] = {
	{ "domid", 0, 2, KIND_HEX }, { "gpfn", 8, 8, KIND_HEX },
};
static const struct member batch[] = {
	{ "domid", 0, 2, KIND_HEX }, { "space", 2, 2 }, { "size", 4, 2 },
};
static const struct member acquire_resource[] = {
	{ "domid", 0, 2, KIND_HEX }, { "type", 2, 2 }, { "id", 4, 4 }, { "nr_frames", 8, 4 }, { "pad", 12, 4 },
	{ "frame", 16, 8, KIND_HEX },
};

struct memory_op {
	u8 size;
	u8 count;
	const struct member *members;
};

#define OP(bytes, list) { bytes, ARRAY_SIZE(list), list }
static const struct memory_op ops[] = {
	[0] = OP(32, reservation), [1] = OP(32, reservation), [6] = OP(32, reservation), [24] = OP(32, reservation),
	[3] = OP(2, domain), [4] = OP(2, domain), [14] = OP(2, domain),
	[7] = OP(24, add_to_physmap), [15] = OP(16, remove_from_physmap), [23] = OP(32, batch),
	[28] = OP(32, acquire_resource), [11] = { 72, 0, NULL },
};

static u32 sub_op(const struct call *call)
{
	return call->cmd & 63;
}

static void log_exchange_half(const char *name, const u64 *words)
{
	log_text("\"%s\":{", name);
	log_members(reservation, ARRAY_SIZE(reservation), words, true);
	if (words[0])
		log_list("extents", words[0], words[1], 8, false);
	log_text("}");
}

void memory_op_enter(struct call *call)
{
	u32 cmd = sub_op(call);
	const struct memory_op *op = cmd < ARRAY_SIZE(ops) && ops[cmd].size ? &ops[cmd] : NULL;
	u64 *words = call->words;

	if (!op)
		return;
	log_name("args");
	if (!read_words(words, call->arg, op->size)) {
		call->fault = true;
		log_text("{\"fault\":true,\"arg\":\"0x%llx\"}", call->arg);
		return;
	}
	log_text("{");
	if (cmd == 11) {
		log_exchange_half("in", words);
		log_text(",");
		log_exchange_half("out", words + 4);
		log_text(",\"nr_exchanged\":%llu", words[8]);
	} else
		log_members(op->members, op->count, words, true);
	/* Command bits 6 and up, of any sub-op: most refuse them. */
	if (call->cmd >> 6 || op->members == reservation)
		log_text(",\"start_extent\":%llu", call->cmd >> 6);
	if (cmd == 0 || cmd == 1 || cmd == 6) {
		if (words[0])
			log_list("extents", words[0], words[1], 8, false);
	} else if (cmd == 23) {
		u16 size = words[0] >> 32;

		log_text(",\"%s\":%u", (u16)(words[0] >> 16) == 4 ? "foreign_domid" : "res0", (u16)(words[0] >> 48));
		log_list("idxs", words[1], size, 8, false);
		log_list("gpfns", words[2], size, 8, false);
	} else if (cmd == 28 && words[3])
		log_list("frame_list", words[3], (u32)words[1], 8, false);
	log_text("}");
}

void memory_op_exit(struct call *call)
{
	u64 words[9];

	if (call->fault)
		return;
	switch (sub_op(call)) {
	case 23:
		log_list("errs", call->words[3], (u16)(call->words[0] >> 32), 4, true);
		break;
	case 11:
		if (read_words(words, call->arg, 72))
			log_text(",\"nr_exchanged\":%llu", words[8]);
		break;
	case 28:
		/* A question for the size: no list was given. */
		if (!call->words[3] && read_words(words, call->arg, 32))
			log_text(",\"nr_frames\":%u", (u32)words[1]);
		break;
	}
}
