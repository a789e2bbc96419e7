// SPDX-License-Identifier: GPL-2.0
/* Grant entries: the kernel writes and ends them without a hypercall (drivers/xen/grant-table.c, version 1 of the table). */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include "capture.h"

#define GTF_READONLY 4

/* void gnttab_update_entry_v1(grant_ref_t ref, domid_t domid, unsigned long frame, unsigned flags) */
static int at_update(struct kprobe *probe, struct pt_regs *regs)
{
	log_begin();
	log_text(",\"ev\":\"grant\"");
	log_task();
	log_text(",\"ref\":%u,\"dom\":%u,\"gfn\":\"0x%llx\",\"ro\":%s", (u32)regs->regs[0], (u16)regs->regs[1],
		 regs->regs[2], regs->regs[3] & GTF_READONLY ? "true" : "false");
	log_end();
	return 0;
}

/* int (in some kernels bool) gnttab_end_foreign_access_ref_v1(grant_ref_t ref): 0 while the peer still uses the entry */
static int at_end(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(u32 *)instance->data = regs->regs[0];
	return 0;
}

static int at_end_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* Of a bool only the lowest byte counts. */
	if (!(u8)regs->regs[0])
		return 0;
	log_begin();
	log_text(",\"ev\":\"ungrant\"");
	log_task();
	log_text(",\"ref\":%u", *(u32 *)instance->data);
	log_end();
	return 0;
}

static struct kprobe update = {
	.symbol_name = "gnttab_update_entry_v1",
	.pre_handler = at_update,
};

static struct kretprobe end = {
	.kp.symbol_name = "gnttab_end_foreign_access_ref_v1",
	.entry_handler = at_end,
	.handler = at_end_return,
	.data_size = sizeof(u32),
	.maxactive = 64,
};

static bool started;

/* False where the kernel has no such functions: the log then does without. */
bool grant_entry_start(void)
{
	if (register_kprobe(&update))
		return false;
	started = !register_kretprobe(&end);
	if (!started)
		unregister_kprobe(&update);
	return started;
}

void grant_entry_stop(void)
{
	if (!started)
		return;
	unregister_kprobe(&update);
	unregister_kretprobe(&end);
}

unsigned long grant_entry_missed(void)
{
	return update.nmissed + end.nmissed + end.kp.nmissed;
}
