/* One pass over a flattened device tree: RAM, Xen's regions, virtio-mmio slots, bootargs. */
#include <stddef.h>

#include "board.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9, DEPTH_MAX = 16 };

struct node {
    const uint8_t *reg, *compatible, *device_type;
    uint32_t reg_bytes, compatible_bytes, address_cells, size_cells;
};

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t cells(const uint8_t *at, unsigned int count)
{
    uint64_t value = 0;

    for (; count > 0; count--, at += 4)
        value = value << 32 | be32(at);
    return value;
}

static int equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Whether a list of strings holds `name`. */
static int lists(const uint8_t *list, uint32_t bytes, const char *name)
{
    const char *at = (const char *)list, *end = at + bytes;

    while (list && at < end) {
        if (equal(at, name))
            return 1;
        while (*at++)
            ;
    }
    return 0;
}

static void take(struct range *to, unsigned int *count, unsigned int max, const struct node *node, const struct node *parent)
{
    unsigned int step = 4 * (parent->address_cells + parent->size_cells), at;

    for (at = 0; step > 0 && at + step <= node->reg_bytes && *count < max; at += step) {
        to[*count].start = cells(node->reg + at, parent->address_cells);
        to[(*count)++].size = cells(node->reg + at + 4 * parent->address_cells, parent->size_cells);
    }
}

static void finish(const struct node *node, const struct node *parent, struct board *board)
{
    if (!node->reg)
        return;
    if (node->device_type && equal((const char *)node->device_type, "memory"))
        take(board->ram, &board->ram_count, RANGES_MAX, node, parent);
    else if (lists(node->compatible, node->compatible_bytes, "xen,xen"))
        take(board->regions, &board->region_count, RANGES_MAX, node, parent);
    else if (lists(node->compatible, node->compatible_bytes, "virtio,mmio"))
        take(board->virtio, &board->virtio_count, VIRTIO_SLOTS_MAX, node, parent);
    else if (lists(node->compatible, node->compatible_bytes, "arm,sbsa-uart")) {
        unsigned int none = 0;
        take(&board->uart, &none, 1, node, parent);
    }
}

static void property(struct node *node, const char *name, const uint8_t *value, uint32_t bytes, struct board *board)
{
    if (equal(name, "reg")) {
        node->reg = value;
        node->reg_bytes = bytes;
    } else if (equal(name, "compatible")) {
        node->compatible = value;
        node->compatible_bytes = bytes;
    } else if (equal(name, "device_type")) {
        node->device_type = value;
    } else if (equal(name, "#address-cells")) {
        node->address_cells = be32(value);
    } else if (equal(name, "#size-cells")) {
        node->size_cells = be32(value);
    } else if (equal(name, "bootargs")) {
        board->bootargs = (const char *)value;
    }
}

int read_device_tree(const void *blob, struct board *board)
{
    const uint8_t *base = blob, *at, *names;
    struct node nodes[DEPTH_MAX] = { 0 };
    unsigned int depth = 0, open = 0;

    if (be32(base) != 0xd00dfeed)
        return -1;
    at = base + be32(base + 8);
    names = base + be32(base + 12);
    for (;;) {
        uint32_t token = be32(at), bytes;

        at += 4;
        /* A node's properties stand before its children. */
        if ((token == BEGIN_NODE || token == END_NODE) && open) {
            finish(&nodes[depth], &nodes[depth - 1], board);
            open = 0;
        }
        switch (token) {
        case BEGIN_NODE:
            if (++depth == DEPTH_MAX)
                return -1;
            nodes[depth] = (struct node){ .address_cells = 2, .size_cells = 1 };
            open = 1;
            while (*at++)
                ;
            at = base + (((size_t)(at - base) + 3) & ~(size_t)3);
            break;
        case END_NODE:
            depth--;
            break;
        case PROPERTY:
            bytes = be32(at);
            property(&nodes[depth], (const char *)names + be32(at + 4), at + 8, bytes, board);
            at += 8 + ((bytes + 3) & ~3U);
            break;
        case NOP:
            break;
        default:
            return token == END ? 0 : -1;
        }
    }
}

int has_argument(const struct board *board, const char *word)
{
    const char *at = board->bootargs;

    while (at && *at) {
        const char *w = word;

        while (*w && *at == *w)
            at++, w++;
        if (!*w && (*at == ' ' || !*at))
            return 1;
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return 0;
}
