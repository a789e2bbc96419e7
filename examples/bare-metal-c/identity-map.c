/* Stage 1 identity map of 39 bits: 1 GiB blocks of device memory, 2 MiB blocks of normal memory where RAM or Xen's regions are. */
#include "board.h"

#define ENTRIES 512
#define LEVEL_2_TABLES 12
#define GIB_SHIFT 30
#define BLOCK_SHIFT 21

enum { BLOCK = 1, TABLE = 3, DEVICE_MEMORY = 0 << 2, NORMAL_MEMORY = 1 << 2, INNER_SHAREABLE = 3 << 8, ACCESSED = 1 << 10 };

#define DEVICE (BLOCK | DEVICE_MEMORY | ACCESSED | 3UL << 53) /* never executed */
#define NORMAL (BLOCK | NORMAL_MEMORY | INNER_SHAREABLE | ACCESSED)

static uint64_t level_1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level_2[LEVEL_2_TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned int tables_used;

/* The entry of the 2 MiB block at an address; null: there is no table left for it. */
static uint64_t *entry_of(uint64_t at)
{
    uint64_t gib = at >> GIB_SHIFT;
    unsigned int i;

    if (gib >= ENTRIES)
        return 0;
    if ((level_1[gib] & TABLE) == BLOCK) {
        if (tables_used == LEVEL_2_TABLES)
            return 0;
        for (i = 0; i < ENTRIES; i++)
            level_2[tables_used][i] = gib << GIB_SHIFT | (uint64_t)i << BLOCK_SHIFT | DEVICE;
        level_1[gib] = (uint64_t)level_2[tables_used++] | TABLE;
    }
    return (uint64_t *)(level_1[gib] & ~(PAGE_SIZE - 1)) + (at >> BLOCK_SHIFT & (ENTRIES - 1));
}

static int map_normal(struct range memory)
{
    uint64_t at = memory.start >> BLOCK_SHIFT << BLOCK_SHIFT, end = memory.start + memory.size;

    for (; at < end; at += 1UL << BLOCK_SHIFT) {
        uint64_t *entry = entry_of(at);

        if (!entry)
            return -1;
        *entry = at | NORMAL;
    }
    return 0;
}

int map_identity(const struct board *board)
{
    extern uint8_t image_head[], image_end[];
    uint64_t features, at;
    unsigned int i;

    for (i = 0; i < ENTRIES; i++)
        level_1[i] = (uint64_t)i << GIB_SHIFT | DEVICE;
    *entry_of(0) = 0; /* a null pointer faults, unless RAM is there */
    for (i = 0; i < board->ram_count; i++)
        if (map_normal(board->ram[i]))
            return -1;
    for (i = 0; i < board->region_count; i++)
        if (map_normal(board->regions[i]))
            return -1;
    /* What was written with the caches off must not be hidden by older cache lines. */
    for (at = (uint64_t)image_head; at < (uint64_t)image_end; at += 64)
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    __asm__ volatile("mrs %0, id_aa64mmfr0_el1" : "=r"(features));
    __asm__ volatile("msr mair_el1, %0\n\t"
                     "msr tcr_el1, %1\n\t"
                     "msr ttbr0_el1, %2\n\t"
                     "dsb sy; tlbi vmalle1; ic iallu; dsb sy; isb\n\t"
                     "mrs x9, sctlr_el1; orr x9, x9, #1; orr x9, x9, #4; orr x9, x9, #0x1000\n\t"
                     "msr sctlr_el1, x9; isb"
                     :
                     : "r"(0xff00UL), /* attribute 0: nGnRnE, 1: write-back */
                       "r"(25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23 | (features & 7) << 32), "r"(level_1)
                     : "x9", "memory");
    return 0;
}
