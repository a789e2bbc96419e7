/*
 * A guest without an operating system that balloons, grants a page to itself, maps the grant and lets a disk do DMA to it,
 * and records all of it for `xgt replay`. With `forget-bus-addr` in the bootargs it hands the disk its own frame number
 * in place of the address that Xen answered: the fault that nothing reports.
 */
#define XGT_SHIM_IMPLEMENTATION
#include "xen.h"

#include "virtio-blk.h"

#define FIRST_REF 8 /* those below are reserved for the toolstack */
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

struct page {
    uint64_t words[PAGE_SIZE / 8];
} __attribute__((aligned(4096)));

static struct page granted, spare, scratch;
static struct board board;
static char line[512];
static struct xgt_shim shim = {
    .write = xgt_shim_to_console, .clock = xgt_shim_counter, .line = line, .line_size = sizeof(line)
};
static volatile struct grant_entry_v1 *grant_table;

/* --- What a freestanding program has to bring along. --- */

static void shut_down(unsigned int reason)
{
    struct sched_shutdown shutdown = { .reason = reason };

    xgt_shim_call(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&shutdown, 0);
    for (;;)
        __asm__ volatile("wfi");
}

/* From the vectors of start.S. Xen answers an access to a hole with ESR 0x96000000. */
void fault(uint64_t vector, uint64_t esr, uint64_t far, uint64_t elr)
{
    xgt_shim_mark_value(&shim, "PANIC: exception at vector", vector);
    xgt_shim_mark_value(&shim, "PANIC: ESR_EL1", esr);
    xgt_shim_mark_value(&shim, "PANIC: FAR_EL1", far);
    xgt_shim_mark_value(&shim, "PANIC: ELR_EL1", elr);
    shut_down(SHUTDOWN_crash);
}

/* --- Who am I? --- */

/* No guest is told its domid, and map_grant_ref takes no DOMID_SELF: only for oneself does this call answer a guest. */
#define DOMID_MAX 64 /* asked for before it is given up */

static uint16_t own_domid(void)
{
    uint16_t domid;

    for (domid = 0; domid < DOMID_MAX; domid++)
        if (xgt_shim_call(__HYPERVISOR_memory_op, XENMEM_current_reservation, (uintptr_t)&domid, 0) >= 0)
            return domid;
    return 0;
}

/* The first line of the log: what xgt has to know of this domain before it can judge anything. */
static void begin_log(void)
{
    struct xgt_shim_range ram[RANGES_MAX], regions[RANGES_MAX];
    struct xgt_shim_domain self = { .ram = ram, .ram_count = board.ram_count, .regions = regions, .region_count = board.region_count };
    unsigned int i;

    for (i = 0; i < board.ram_count; i++)
        ram[i] = (struct xgt_shim_range){ 0, board.ram[i].start / PAGE_SIZE, board.ram[i].size / PAGE_SIZE };
    for (i = 0; i < board.region_count; i++)
        regions[i] = (struct xgt_shim_range){ i == 0 ? "grant-table" : "extended", board.regions[i].start / PAGE_SIZE,
                                              board.regions[i].size / PAGE_SIZE };
    xgt_shim_ask_xen(&shim);
    shim.has_domid = 1;
    shim.domid = own_domid();
    xgt_shim_begin_domain(&shim, &self, 1 /* from boot */);
}

/* --- Xen's calls, each recorded by the shim. --- */

static uint64_t gfn_of(const void *page)
{
    return (uint64_t)page / PAGE_SIZE;
}

/* XENMEM_decrease_reservation or XENMEM_populate_physmap of one frame: 0, or -1 where Xen did not do it. */
static int balloon(unsigned int command, uint64_t gfn)
{
    uint64_t extents[1] = { gfn };
    struct xen_memory_reservation reservation = { .nr_extents = 1, .domid = DOMID_SELF };

    reservation.extent_start = (uintptr_t)extents;
    return xgt_shim_memory_op(&shim, command, &reservation) == 1 ? 0 : -1;
}

static int set_up_grant_table(void)
{
    struct xen_add_to_physmap map = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = 0 };

    if (board.region_count == 0)
        return -1;
    map.gpfn = board.regions[0].start / PAGE_SIZE;
    if (xgt_shim_memory_op(&shim, XENMEM_add_to_physmap, &map) != 0)
        return -1;
    grant_table = (volatile struct grant_entry_v1 *)board.regions[0].start;
    return 0;
}

static void grant(uint32_t ref, uint16_t to, const void *page)
{
    grant_table[ref].domid = to;
    grant_table[ref].frame = (uint32_t)gfn_of(page);
    __asm__ volatile("dmb ish" : : : "memory"); /* Xen may look as soon as the flags are there */
    grant_table[ref].flags = GTF_permit_access;
    xgt_shim_grant(&shim, ref, to, gfn_of(page), 0);
}

static int end_grant(uint32_t ref)
{
    if (grant_table[ref].flags & (GTF_reading | GTF_writing))
        return -1; /* still mapped: the page must not be used for anything else */
    grant_table[ref].flags = 0;
    xgt_shim_ungrant(&shim, ref);
    return 0;
}

/* Maps a grant at `gfn`. `bus`: the address that a device has to use from now on, whatever the gfn is. */
static int map_grant(uint64_t gfn, uint32_t ref, uint16_t granter, uint32_t *handle, uint64_t *bus)
{
    struct gnttab_map_grant_ref map = {
        .host_addr = gfn * PAGE_SIZE, .flags = GNTMAP_host_map, .ref = ref, .dom = granter, .status = GNTST_general_error
    };

    if (xgt_shim_grant_table_op(&shim, GNTTABOP_map_grant_ref, &map, 1) != 0 || map.status != GNTST_okay)
        return -1;
    *handle = map.handle;
    *bus = map.dev_bus_addr;
    /* The guest's own table: this is where an RTOS remembers that gfn and machine frame differ. */
    xgt_shim_guest_p2m(&shim, gfn, map.dev_bus_addr / PAGE_SIZE, 1);
    return 0;
}

static int unmap_grant(uint64_t gfn, uint32_t handle)
{
    struct gnttab_unmap_grant_ref unmap = { .host_addr = gfn * PAGE_SIZE, .handle = handle, .status = GNTST_general_error };

    xgt_shim_guest_p2m(&shim, gfn, XGT_SHIM_NO_FRAME, 1);
    return xgt_shim_grant_table_op(&shim, GNTTABOP_unmap_grant_ref, &unmap, 1) != 0 || unmap.status != GNTST_okay ? -1 : 0;
}

/* --- DMA for real, and recorded: the map before the device starts, the unmap after it has ended. --- */

static int transfer(int write, uint64_t sector, const void *page, uint64_t bus)
{
    int status;

    xgt_shim_dma_map(&shim, "virtio-blk", write ? XGT_SHIM_TO_DEVICE : XGT_SHIM_FROM_DEVICE, (uint64_t)page, bus, PAGE_SIZE);
    status = disk_transfer(write, sector, bus, PAGE_SIZE);
    xgt_shim_dma_unmap(&shim, "virtio-blk", write ? XGT_SHIM_TO_DEVICE : XGT_SHIM_FROM_DEVICE, bus, PAGE_SIZE);
    if (status != DISK_OK)
        xgt_shim_mark(&shim, "the disk did not answer the request");
    return status;
}

static void fill(void *page, char letter)
{
    volatile uint64_t *words = page;
    unsigned int i;

    for (i = 0; i < PAGE_SIZE / 8; i++)
        words[i] = 0x0101010101010101UL * (uint8_t)letter;
}

static int is_full_of(const void *page, char letter)
{
    const volatile uint64_t *words = page;
    unsigned int i;

    for (i = 0; i < PAGE_SIZE / 8; i++)
        if (words[i] != 0x0101010101010101UL * (uint8_t)letter)
            return 0;
    return 1;
}

static int check(int right, const char *yes, const char *no)
{
    xgt_shim_mark(&shim, right ? yes : no);
    return right ? 0 : 1;
}

/*
 * The page `spare` leaves the domain, a grant of the page `granted` takes its gfn, and the disk writes from it and reads
 * into it. Nothing faults where the wrong address is used: only the bytes tell. How many of the checks failed, or -1.
 */
static int granted_page_dma(int forget_bus_addr)
{
    uint64_t gfn = gfn_of(&spare), bus;
    uint32_t handle;
    int wrong = 0;

    fill(&granted, 'A'); /* sectors 0 to 7 hold A: a page of our own at its own address */
    if (transfer(1, 0, &granted, (uint64_t)&granted))
        return -1;
    fill(&granted, 'P');
    fill(&spare, 'Q');
    if (balloon(XENMEM_decrease_reservation, gfn))
        return -1;
    grant(FIRST_REF, shim.domid, &granted);
    if (map_grant(gfn, FIRST_REF, shim.domid, &handle, &bus))
        return -1;
    if (forget_bus_addr)
        bus = gfn * PAGE_SIZE;
    if (transfer(1, SECTORS_PER_PAGE, &spare, bus) || transfer(0, 0, &spare, bus))
        return -1;
    wrong += check(is_full_of(&granted, 'A'), "the granted page holds what the disk wrote to it",
                   "WRONG: the granted page does not hold what the disk wrote to it");
    if (unmap_grant(gfn, handle) || end_grant(FIRST_REF) || balloon(XENMEM_populate_physmap, gfn))
        return -1;
    wrong += check(is_full_of(&spare, 'Q'), "the page that was ballooned out came back as it was",
                   "WRONG: the page that was ballooned out holds what the disk wrote to the granted page");
    if (transfer(0, SECTORS_PER_PAGE, &scratch, (uint64_t)&scratch))
        return -1;
    wrong += check(is_full_of(&scratch, 'P'), "the disk holds the granted page's bytes",
                   "WRONG: the disk holds another page's bytes");
    return wrong;
}

void guest_main(const void *device_tree)
{
    int wrong;

    if (read_device_tree(device_tree, &board))
        shut_down(SHUTDOWN_crash);
    if (board.uart.size != 0 && has_argument(&board, "console=uart")) {
        /* A domU may write to Xen's console under a debug Xen only; an emulated UART takes the log under any. */
        shim.write = xgt_shim_to_pl011;
        shim.context = (void *)board.uart.start;
    }
    begin_log();
    if (map_identity(&board) || set_up_grant_table() || disk_open(&board)) {
        xgt_shim_mark(&shim, "PANIC: no memory map, no grant table or no disk");
        shut_down(SHUTDOWN_crash);
    }
    wrong = granted_page_dma(has_argument(&board, "forget-bus-addr"));
    xgt_shim_domain_event(&shim, shim.domid, "shutdown");
    xgt_shim_mark(&shim, wrong == 0 ? "END: all bytes are where they belong" : wrong < 0 ? "END: a step failed" : "END: wrong bytes");
    shut_down(SHUTDOWN_poweroff);
}
