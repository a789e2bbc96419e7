// SPDX-License-Identifier: GPL-2.0
/*
 * xgt_capture: every memory_op and grant_table_op of this kernel and of its toolstack, with whole argument arrays before
 * and after, the kernel's own p2m updates and grant entries, domains that the toolstack ends, and (where the kernel has
 * the events) its DMA maps: one log, one clock.
 *
 * Probes sit on the hypercall stubs. Toolstack calls pass privcmd_call; libxenctrl wraps its memory ops in a multicall
 * of one entry, whose entries are logged as calls of their own.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "capture.h"

static unsigned int mb = 32;
module_param(mb, uint, 0444);
MODULE_PARM_DESC(mb, "size of the log in MiB, 1 to 1024");


#define ENTRIES_MAX 32
#define DOMCTL_DESTROYDOMAIN 2

struct multicall_entry {
	u64 op;
	s64 result;
	u64 args[6];
};

/* What a probe keeps between a call's begin and end. */
struct probed {
	struct call call;
	struct call *entries;		/* of a multicall; NULL: none */
	unsigned int nr_entries;
};

static void enter(struct call *call)
{
	log_begin();
	call->id = log_next_id();
	log_text(",\"id\":%lu,\"ev\":\"enter\"", call->id);
	log_task();
	log_text(",\"via\":\"%s\"", call->via);
	if (call->outer)
		log_text(",\"multicall\":%lu,\"entry\":%u", call->outer, call->entry);
	log_text(",\"nr\":%u", call->nr);
	if (call->nr == NR_MULTICALL)
		log_text(",\"args\":{\"nr_calls\":%llu}", call->count);
	else
		log_text(",\"cmd\":%llu", call->nr == NR_MEMORY_OP ? call->cmd & 63 : call->cmd);
	if (call->nr == NR_MEMORY_OP)
		memory_op_enter(call);
	else if (call->nr == NR_GRANT_TABLE_OP)
		grant_table_op_enter(call);
	log_end();
}

static void leave(struct call *call, s64 ret)
{
	log_begin();
	log_text(",\"id\":%lu,\"ev\":\"exit\",\"ret\":%lld", call->id, ret);
	if (call->nr == NR_MEMORY_OP)
		memory_op_exit(call);
	else if (call->nr == NR_GRANT_TABLE_OP)
		grant_table_op_exit(call, ret);
	log_end();
}

static void enter_entries(struct probed *probed)
{
	struct multicall_entry entry;
	struct call *multicall = &probed->call;
	unsigned int i;

	probed->nr_entries = min_t(u64, multicall->count, ENTRIES_MAX);
	probed->entries = kcalloc(probed->nr_entries, sizeof(struct call), GFP_ATOMIC);
	if (!probed->entries) {
		log_lost(2 * multicall->count);
		return;
	}
	if (multicall->count > ENTRIES_MAX)
		log_lost(2 * (multicall->count - ENTRIES_MAX));
	for (i = 0; i < probed->nr_entries; i++) {
		struct call *call = &probed->entries[i];

		if (!read_words(&entry, multicall->arg + i * sizeof(entry), sizeof(entry))) {
			log_lost(2 * (probed->nr_entries - i));
			return;
		}
		if (entry.op != NR_MEMORY_OP && entry.op != NR_GRANT_TABLE_OP)
			continue;
		*call = (struct call){ .outer = multicall->id, .entry = i, .nr = entry.op, .cmd = entry.args[0],
				       .arg = entry.args[1], .count = (u32)entry.args[2], .via = "multicall" };
		enter(call);
	}
}

static void leave_entries(struct probed *probed)
{
	struct multicall_entry entry;
	unsigned int i;

	for (i = 0; probed->entries && i < probed->nr_entries; i++) {
		struct call *call = &probed->entries[i];

		if (!call->id)
			continue;
		if (read_words(&entry, probed->call.arg + i * sizeof(entry), sizeof(entry)))
			leave(call, entry.result);
		else
			log_lost(1);
	}
	kfree(probed->entries);
	probed->entries = NULL;
}

static int at_memory_op(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct probed *probed = (void *)instance->data;

	*probed = (struct probed){ .call = { .nr = NR_MEMORY_OP, .cmd = regs->regs[0], .arg = regs->regs[1],
					     .via = "kernel" } };
	enter(&probed->call);
	return 0;
}

static int at_grant_table_op(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct probed *probed = (void *)instance->data;

	*probed = (struct probed){ .call = { .nr = NR_GRANT_TABLE_OP, .cmd = (u32)regs->regs[0], .arg = regs->regs[1],
					     .count = (u32)regs->regs[2], .via = "kernel" } };
	enter(&probed->call);
	return 0;
}

/* struct xen_domctl begins with command, version and domid. */
static int at_domctl(struct probed *probed, u64 arg)
{
	u32 words[3];

	if (!read_words(words, arg, sizeof(words)) || words[0] != DOMCTL_DESTROYDOMAIN)
		return 1;
	*probed = (struct probed){ .call = { .nr = NR_DOMCTL, .arg = (u16)words[2] } };
	return 0;
}

static void log_destroy(u64 domid)
{
	log_begin();
	log_text(",\"ev\":\"domain\"");
	log_task();
	log_text(",\"domid\":%llu,\"what\":\"destroy\"", domid);
	log_end();
}

static int at_privcmd(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct probed *probed = (void *)instance->data;
	u64 nr = regs->regs[0];

	if (nr == NR_DOMCTL)
		return at_domctl(probed, regs->regs[1]);
	if (nr != NR_MEMORY_OP && nr != NR_GRANT_TABLE_OP && nr != NR_MULTICALL)
		return 1;
	*probed = (struct probed){ .call = { .nr = nr, .cmd = regs->regs[1], .arg = regs->regs[2],
					     .count = (u32)regs->regs[3], .via = "privcmd" } };
	if (nr == NR_MULTICALL) {
		probed->call.arg = regs->regs[1];
		probed->call.count = (u32)regs->regs[2];
	}
	enter(&probed->call);
	if (nr == NR_MULTICALL)
		enter_entries(probed);
	return 0;
}

static int at_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct probed *probed = (void *)instance->data;

	if (probed->call.nr == NR_DOMCTL) {
		if (!regs->regs[0])
			log_destroy(probed->call.arg);
		return 0;
	}
	leave_entries(probed);
	leave(&probed->call, (s64)regs->regs[0]);
	return 0;
}

#define STUB(name, at) { .kp.symbol_name = name, .entry_handler = at, .handler = at_return, \
			 .data_size = sizeof(struct probed), .maxactive = 64 }
static struct kretprobe stubs[] = {
	STUB("HYPERVISOR_memory_op", at_memory_op),
	STUB("HYPERVISOR_grant_table_op", at_grant_table_op),
	STUB("privcmd_call", at_privcmd),
};

/* arch/arm/xen/p2m.c: bool __set_phys_to_machine_multi(pfn, mfn, nr_pages) */
static int at_guest_p2m(struct kprobe *probe, struct pt_regs *regs)
{
	log_begin();
	log_text(",\"ev\":\"guest_p2m\"");
	log_task();
	log_text(",\"pfn\":\"0x%llx\",\"mfn\":\"0x%llx\",\"nr\":%llu", regs->regs[0], regs->regs[1], regs->regs[2]);
	log_end();
	return 0;
}

static struct kprobe guest_p2m = {
	.symbol_name = "__set_phys_to_machine_multi",
	.pre_handler = at_guest_p2m,
};

unsigned long calls_missed(void)
{
	unsigned long missed = guest_p2m.nmissed + grant_entry_missed();
	int i;

	for (i = 0; i < ARRAY_SIZE(stubs); i++)
		missed += 2 * (stubs[i].nmissed + stubs[i].kp.nmissed);
	return missed;
}

static int __init capture_init(void)
{
	int i, error = log_open(mb);

	if (error)
		return error;
	for (i = 0; i < ARRAY_SIZE(stubs); i++) {
		error = register_kretprobe(&stubs[i]);
		if (error) {
			pr_err("xgt_capture: %s: %d\n", stubs[i].kp.symbol_name, error);
			goto undo;
		}
	}
	error = register_kprobe(&guest_p2m);
	if (error) {
		pr_err("xgt_capture: %s: %d\n", guest_p2m.symbol_name, error);
		goto undo;
	}
	pr_info("xgt_capture: ready, %d DMA events, grant entries: %s\n", dma_start(), grant_entry_start() ? "yes" : "no");
	return 0;
undo:
	while (--i >= 0)
		unregister_kretprobe(&stubs[i]);
	log_close();
	return error;
}

static void __exit capture_exit(void)
{
	int i;

	dma_stop();
	grant_entry_stop();
	unregister_kprobe(&guest_p2m);
	for (i = 0; i < ARRAY_SIZE(stubs); i++) {
		unregister_kretprobe(&stubs[i]);
		if (stubs[i].nmissed)
			pr_warn("xgt_capture: %s: %d calls missed\n", stubs[i].kp.symbol_name, stubs[i].nmissed);
	}
	log_close();
}

module_init(capture_init);
module_exit(capture_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Log of Xen memory and grant hypercalls, p2m updates and DMA maps");
