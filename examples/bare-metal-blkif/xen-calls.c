/* Hypercalls of a guest without an operating system, and its console. */
#include "guest.h"

static volatile struct grant_entry_v1 *grant_table;
static struct xencons_interface *console;
static uint32_t console_port;

long hypercall(unsigned int number, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
    register uintptr_t x0 __asm__("x0") = a0;
    register uintptr_t x1 __asm__("x1") = a1;
    register uintptr_t x2 __asm__("x2") = a2;
    register uintptr_t x16 __asm__("x16") = number;

    __asm__ volatile("hvc #0xea1" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x16) : : "memory");
    return (long)x0;
}

void send_event(uint32_t port)
{
    struct evtchn_send send = { .port = port };

    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (uintptr_t)&send, 0);
}

uint32_t open_channel(uint16_t domain)
{
    struct evtchn_alloc_unbound open = { .dom = DOMID_SELF, .remote_dom = domain };

    return hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (uintptr_t)&open, 0) == 0 ? open.port : 0;
}

uint64_t hvm_param(uint32_t index)
{
    struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };

    return hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (uintptr_t)&param, 0) == 0 ? param.value : 0;
}

int set_up_grants(uint64_t where)
{
    struct xen_add_to_physmap map = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = 0 };

    map.gpfn = where / PAGE_SIZE;
    if (hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uintptr_t)&map, 0) != 0)
        return -1;
    grant_table = (volatile struct grant_entry_v1 *)where;
    return 0;
}

void grant(uint32_t ref, uint16_t to, const void *page, int read_only)
{
    grant_table[ref].domid = to;
    grant_table[ref].frame = (uint32_t)((uint64_t)page / PAGE_SIZE);
    xen_wmb(); /* Xen may look as soon as the flags are there */
    grant_table[ref].flags = (uint16_t)(GTF_permit_access | (read_only ? GTF_readonly : 0));
}

void wait_a_moment(void)
{
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0);
}

void shut_down(unsigned int reason)
{
    struct sched_shutdown shutdown = { .reason = reason };

    hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&shutdown, 0);
    for (;;)
        __asm__ volatile("wfi");
}

void set_up_console(void)
{
    console = (struct xencons_interface *)(hvm_param(HVM_PARAM_CONSOLE_PFN) * PAGE_SIZE);
    console_port = (uint32_t)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
}

static void put(const char *text)
{
    volatile struct xencons_interface *c = console;

    for (; *text; text++) {
        while (c->out_prod - c->out_cons >= sizeof(c->out)) {
            send_event(console_port);
            wait_a_moment();
        }
        c->out[c->out_prod % sizeof(c->out)] = *text;
        xen_wmb();
        c->out_prod++;
    }
}

void say(const char *text, const char *more)
{
    put(text);
    put(more);
    put("\r\n");
    send_event(console_port);
}

/* From the vectors of start.S. */
void fault(uint64_t vector, uint64_t esr, uint64_t far, uint64_t elr)
{
    char text[21];

    (void)vector;
    if (console) {
        say("PANIC: ESR_EL1 ", decimal(esr, text));
        say("PANIC: FAR_EL1 ", decimal(far, text));
        say("PANIC: ELR_EL1 ", decimal(elr, text));
    }
    shut_down(SHUTDOWN_crash);
}

char *decimal(uint64_t value, char *text)
{
    char *at = text + 20;

    *at = 0;
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return at;
}

uint64_t number_of(const char *text)
{
    uint64_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    return value;
}
