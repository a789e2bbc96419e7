/* Reads one page from the PV disk through the ring of blkif, and says what it holds. */
#include "guest.h"

#define SECTOR 24

static struct board board;

static void share(uint64_t frame)
{
    if (board.region_count < RANGES_MAX)
        board.regions[board.region_count++] = (struct range){ frame * PAGE_SIZE, PAGE_SIZE };
}

/* FNV-1a of the page, so that all of it is compared. */
static uint32_t sum(const struct page *page)
{
    const uint8_t *at = (const uint8_t *)page;
    uint32_t value = 2166136261U;
    unsigned int i;

    for (i = 0; i < PAGE_SIZE; i++)
        value = (value ^ at[i]) * 16777619U;
    return value;
}

void guest_main(const void *device_tree)
{
    char number[21];
    int status;

    if (read_device_tree(device_tree, &board) || board.region_count == 0)
        shut_down(SHUTDOWN_crash);
    board.region_count = 1; /* the grant table; the extended regions behind it are not used and larger than the map */
    /* The toolstack's pages lie outside RAM: they are shared, so they have to be normal memory, too. */
    share(hvm_param(HVM_PARAM_STORE_PFN));
    share(hvm_param(HVM_PARAM_CONSOLE_PFN));
    if (map_identity(&board))
        shut_down(SHUTDOWN_crash);
    set_up_console();
    say("BLKIF-UP", "");
    if (set_up_grants(board.regions[0].start) || store_open() || block_open()) {
        say("BLKIF-FAILED ", "no grant table, no xenstore or no backend");
        shut_down(SHUTDOWN_poweroff);
    }
    status = block_read(SECTOR);
    if (status != BLKIF_RSP_OKAY)
        say("BLKIF-FAILED ", "the backend refused the request");
    else
        say("BLKIF-READ ", decimal(sum(block_data()), number));
    shut_down(SHUTDOWN_poweroff);
}
