/* What the device tree says of the machine that Xen made for this guest. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define PAGE_SIZE 4096UL
#define RANGES_MAX 16
#define VIRTIO_SLOTS_MAX 32

/* Bytes. */
struct range {
    uint64_t start, size;
};

struct board {
    struct range ram[RANGES_MAX];
    unsigned int ram_count;
    /* Of the hypervisor node: the place for the grant table, then the extended regions, where nothing is mapped. */
    struct range regions[RANGES_MAX];
    unsigned int region_count;
    struct range virtio[VIRTIO_SLOTS_MAX];
    unsigned int virtio_count;
    /* An emulated UART, which only a domU has; size 0: none. */
    struct range uart;
    /* Null: none. */
    const char *bootargs;
};

/* 0, or -1 where it is no device tree. */
int read_device_tree(const void *blob, struct board *board);
/* Whether `word` stands in the bootargs. */
int has_argument(const struct board *board, const char *word);
/* Identity map with caches: memory that Xen or a device shares has to be normal write-back memory (arch-arm.h). */
int map_identity(const struct board *board);

#endif
