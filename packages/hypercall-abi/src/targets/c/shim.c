/*
 * The shim's code: no C library, no allocation, no division but in the clock; a line needs about 200 bytes of stack.
 * The sections go into a generated header; in place of "example" come the tables of the interface at hand.
 */
#include "shim.h"

/* ==== item */
struct xgt_shim_item {
    const char *name;
    uint8_t kind, halves;
    uint16_t offset;
    uint8_t bytes, count_bytes;
    uint16_t count_offset;
    /* Recorded only where (member & mask) is `value`, or is not; a mask of 0 asks nothing. */
    uint16_t tell_offset;
    uint8_t tell_bytes, tell_equal;
    uint32_t tell_mask, tell_value;
};

/* ==== op */
struct xgt_shim_op {
    uint8_t nr, cmd, rows;
    uint16_t size, first, items;
};

/* ==== example */
static const struct xgt_shim_item xgt_shim_items[] = {
    { "nr_extents", 0, 1, 8, 8, 0, 0, 0, 0, 0, 0, 0 },
    { "extents", 3, 1, 0, 8, 8, 8, 0, 0, 0, 0, 0 },
};

static const struct xgt_shim_op xgt_shim_ops[] = {
    { 12, 1, 0, 32, 0, 2 }, /* decrease_reservation */
};

/* ==== code */
enum { xgt_shim_decimal, xgt_shim_signed, xgt_shim_hex, xgt_shim_list, xgt_shim_signed_list, xgt_shim_open };
enum { xgt_shim_before = 1, xgt_shim_after = 2 };

#ifdef XGT_SHIM_HVC
#ifdef __cplusplus
extern "C"
#endif
long XGT_SHIM_HVC(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2);
#define xgt_shim_call XGT_SHIM_HVC
#elif defined(__aarch64__)
static long xgt_shim_call(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
    register uintptr_t x0 __asm__("x0") = a0;
    register uintptr_t x1 __asm__("x1") = a1;
    register uintptr_t x2 __asm__("x2") = a2;
    register uintptr_t x16 __asm__("x16") = nr;
    __asm__ volatile("hvc #0xea1" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x16) : : "x3", "x4", "memory");
    return (long)x0;
}
#elif defined(__arm__)
static long xgt_shim_call(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
    register uintptr_t r0 __asm__("r0") = a0;
    register uintptr_t r1 __asm__("r1") = a1;
    register uintptr_t r2 __asm__("r2") = a2;
    register uintptr_t r12 __asm__("r12") = nr;
    __asm__ volatile(".arch_extension virt\n\thvc #0xea1"
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r12) : : "r3", "r4", "memory");
    return (long)r0;
}
#else
#error "this machine has no HVC: define XGT_SHIM_HVC"
#endif

#ifndef XGT_SHIM_CAN_READ
#define XGT_SHIM_CAN_READ(address, bytes) ((void)(address), (void)(bytes), 1)
#endif
#ifndef XGT_SHIM_LIST_MAX
#define XGT_SHIM_LIST_MAX 8192
#endif

/* A line, or a part of it, that is not with the sink yet. */
struct xgt_shim_line {
    struct xgt_shim *shim;
    char *bytes;
    uint32_t size, used;
    /* A member is before: the next one needs a comma. */
    uint32_t comma;
    char own[64];
};

static void xgt_shim_flush(struct xgt_shim_line *line)
{
    if (line->used != 0)
        line->shim->write(line->shim->context, line->bytes, line->used);
    line->used = 0;
}

static void xgt_shim_char(struct xgt_shim_line *line, char c)
{
    if (line->used == line->size)
        xgt_shim_flush(line);
    line->bytes[line->used++] = c;
}

static void xgt_shim_text(struct xgt_shim_line *line, const char *text)
{
    while (*text != 0)
        xgt_shim_char(line, *text++);
}

/* Digits by subtraction: not every guest has a division, or the library that stands in for it. */
static void xgt_shim_number(struct xgt_shim_line *line, uint32_t value, unsigned int width)
{
    static const uint32_t powers[] = { 1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1 };
    unsigned int i, started = 0;

    for (i = 0; i < 10; i++) {
        char digit = '0';
        while (value >= powers[i]) {
            value -= powers[i];
            digit++;
        }
        started |= digit != '0' || i == 9 || 10 - i <= width;
        if (started)
            xgt_shim_char(line, digit);
    }
}

static void xgt_shim_hexadecimal(struct xgt_shim_line *line, uint64_t value)
{
    int shift = 60;

    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    xgt_shim_text(line, "\"0x");
    for (; shift >= 0; shift -= 4)
        xgt_shim_char(line, "0123456789abcdef"[(value >> shift) & 15]);
    xgt_shim_char(line, '"');
}

/* Numbers of over 32 bits are text: readers of JSON lose their low digits. */
static void xgt_shim_unsigned(struct xgt_shim_line *line, uint64_t value)
{
    if (value > 0xffffffffU)
        xgt_shim_hexadecimal(line, value);
    else
        xgt_shim_number(line, (uint32_t)value, 0);
}

static void xgt_shim_integer(struct xgt_shim_line *line, int64_t value)
{
    if (value < 0 && value >= -0x7fffffff) {
        xgt_shim_char(line, '-');
        value = -value;
    }
    xgt_shim_unsigned(line, (uint64_t)value);
}

static void xgt_shim_name(struct xgt_shim_line *line, const char *name)
{
    if (line->comma)
        xgt_shim_char(line, ',');
    line->comma = 1;
    xgt_shim_char(line, '"');
    xgt_shim_text(line, name);
    xgt_shim_text(line, "\":");
}

static void xgt_shim_field(struct xgt_shim_line *line, const char *name, uint32_t value)
{
    xgt_shim_name(line, name);
    xgt_shim_number(line, value, 0);
}

static void xgt_shim_address(struct xgt_shim_line *line, const char *name, uint64_t value)
{
    xgt_shim_name(line, name);
    xgt_shim_hexadecimal(line, value);
}

/* The user's own text: what JSON does not take as it is becomes a blank or gets its backslash. */
static void xgt_shim_escaped(struct xgt_shim_line *line, const char *text)
{
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            xgt_shim_char(line, '\\');
        xgt_shim_char(line, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
}

static void xgt_shim_string(struct xgt_shim_line *line, const char *name, const char *text)
{
    xgt_shim_name(line, name);
    xgt_shim_char(line, '"');
    xgt_shim_escaped(line, text);
    xgt_shim_char(line, '"');
}

/* Little endian, whatever the alignment. */
static uint64_t xgt_shim_read(const uint8_t *at, unsigned int bytes)
{
    uint64_t value = 0;

    while (bytes > 0)
        value = (value << 8) | at[--bytes];
    return value;
}

static int64_t xgt_shim_sign(uint64_t value, unsigned int bytes)
{
    uint64_t top = (uint64_t)1 << (bytes * 8 - 1);

    return (int64_t)((value ^ top) - top);
}

static void xgt_shim_elements(struct xgt_shim_line *line, const struct xgt_shim_item *item, const uint8_t *arg)
{
    const uint8_t *at = (const uint8_t *)(uintptr_t)xgt_shim_read(arg + item->offset, 8);
    uint64_t count = xgt_shim_read(arg + item->count_offset, item->count_bytes);
    uint64_t i;

    if (at == 0)
        return;
    xgt_shim_name(line, item->name);
    xgt_shim_char(line, '[');
    for (i = 0; i < count && i < XGT_SHIM_LIST_MAX; i++, at += item->bytes) {
        uint64_t value;
        if (i > 0)
            xgt_shim_char(line, ',');
        if (!XGT_SHIM_CAN_READ(at, item->bytes)) {
            xgt_shim_text(line, "null");
            break;
        }
        value = xgt_shim_read(at, item->bytes);
        if (item->kind == xgt_shim_signed_list)
            xgt_shim_integer(line, xgt_shim_sign(value, item->bytes));
        else if (item->bytes == 8)
            xgt_shim_hexadecimal(line, value);
        else
            xgt_shim_unsigned(line, value);
    }
    xgt_shim_char(line, ']');
}

static int xgt_shim_wanted(const struct xgt_shim_item *item, const uint8_t *arg)
{
    uint32_t told;

    if (item->tell_mask == 0)
        return 1;
    told = (uint32_t)xgt_shim_read(arg + item->tell_offset, item->tell_bytes) & item->tell_mask;
    return (told == item->tell_value) == item->tell_equal;
}

static void xgt_shim_scalar(struct xgt_shim_line *line, const struct xgt_shim_item *item, const uint8_t *arg)
{
    uint64_t value = xgt_shim_read(arg + item->offset, item->bytes);

    xgt_shim_name(line, item->name);
    if (item->kind == xgt_shim_hex)
        xgt_shim_hexadecimal(line, value);
    else if (item->kind == xgt_shim_signed)
        xgt_shim_integer(line, xgt_shim_sign(value, item->bytes));
    else
        xgt_shim_unsigned(line, value);
}

static void xgt_shim_members(struct xgt_shim_line *line, const struct xgt_shim_op *op, const uint8_t *arg, int half)
{
    unsigned int i;

    for (i = 0; i < op->items; i++) {
        const struct xgt_shim_item *item = &xgt_shim_items[op->first + i];
        if ((item->halves & half) == 0 || !xgt_shim_wanted(item, arg))
            continue;
        switch (item->kind) {
        case xgt_shim_decimal:
        case xgt_shim_signed:
        case xgt_shim_hex:
            xgt_shim_scalar(line, item, arg);
            break;
        case xgt_shim_list:
        case xgt_shim_signed_list:
            xgt_shim_elements(line, item, arg);
            break;
        case xgt_shim_open:
            xgt_shim_name(line, item->name);
            xgt_shim_char(line, '{');
            line->comma = 0;
            break;
        default:
            xgt_shim_char(line, '}');
            line->comma = 1;
        }
    }
}

static void xgt_shim_rows(struct xgt_shim_line *line, const struct xgt_shim_op *op, const uint8_t *arg,
                          unsigned int count, int half)
{
    unsigned int i;

    xgt_shim_name(line, "ops");
    xgt_shim_char(line, '[');
    for (i = 0; i < count; i++) {
        xgt_shim_text(line, i > 0 ? ",{" : "{");
        line->comma = 0;
        xgt_shim_members(line, op, arg + (size_t)i * op->size, half);
        xgt_shim_char(line, '}');
    }
    xgt_shim_char(line, ']');
    line->comma = 1;
}

static const struct xgt_shim_op *xgt_shim_find(unsigned int nr, unsigned int cmd)
{
    unsigned int i;

    for (i = 0; i < sizeof(xgt_shim_ops) / sizeof(xgt_shim_ops[0]); i++)
        if (xgt_shim_ops[i].nr == nr && xgt_shim_ops[i].cmd == cmd)
            return &xgt_shim_ops[i];
    return 0;
}

static void xgt_shim_start(struct xgt_shim_line *line, struct xgt_shim *shim)
{
    line->shim = shim;
    line->used = 0;
    line->comma = 0;
    if (shim->lock)
        shim->lock(shim->context);
    line->bytes = shim->line != 0 && shim->line_size != 0 ? shim->line : line->own;
    line->size = line->bytes == line->own ? (uint32_t)sizeof(line->own) : shim->line_size;
    xgt_shim_char(line, '{');
}

static void xgt_shim_finish(struct xgt_shim_line *line)
{
    xgt_shim_text(line, "}\n");
    xgt_shim_flush(line);
    if (line->shim->unlock)
        line->shim->unlock(line->shim->context);
}

/* The line's number and time. */
static void xgt_shim_stamp(struct xgt_shim_line *line)
{
    struct xgt_shim *shim = line->shim;

    xgt_shim_name(line, "n");
    xgt_shim_number(line, shim->n++, 0);
    if (shim->clock) {
        uint32_t seconds = 0, nanoseconds = 0;
        shim->clock(shim->context, &seconds, &nanoseconds);
        xgt_shim_name(line, "t");
        xgt_shim_number(line, seconds, 0);
        xgt_shim_char(line, '.');
        xgt_shim_number(line, nanoseconds, 9);
    }
}

/* What every line but the first begins with. */
static void xgt_shim_event(struct xgt_shim_line *line, const char *event)
{
    xgt_shim_stamp(line);
    if (line->shim->has_domid)
        xgt_shim_field(line, "domid", line->shim->domid);
    xgt_shim_string(line, "ev", event);
}

/* Whether the whole argument can be read; a sub-op that has none needs nothing. */
static int xgt_shim_readable(const struct xgt_shim_op *op, const uint8_t *arg, unsigned int count)
{
    size_t bytes;

    if (op == 0)
        return 1;
    bytes = op->rows ? (size_t)op->size * count : op->size;
    return bytes == 0 || XGT_SHIM_CAN_READ(arg, bytes);
}

static uint32_t xgt_shim_enter(struct xgt_shim *shim, unsigned int nr, unsigned int cmd,
                               const struct xgt_shim_op *op, const uint8_t *arg, unsigned int count)
{
    struct xgt_shim_line line;
    uint32_t id;

    xgt_shim_start(&line, shim);
    id = shim->id++;
    xgt_shim_event(&line, "enter");
    xgt_shim_field(&line, "id", id);
    xgt_shim_field(&line, "nr", nr);
    xgt_shim_field(&line, "cmd", cmd);
    if (op != 0 && (op->rows || (op->items > 0 && arg != 0))) {
        xgt_shim_name(&line, "args");
        xgt_shim_char(&line, '{');
        line.comma = 0;
        if (!xgt_shim_readable(op, arg, count)) {
            xgt_shim_name(&line, "fault");
            xgt_shim_text(&line, "true");
            xgt_shim_address(&line, "arg", (uintptr_t)arg);
            if (op->rows)
                xgt_shim_field(&line, "count", count);
        } else if (op->rows) {
            xgt_shim_field(&line, "count", count);
            if (arg != 0)
                xgt_shim_rows(&line, op, arg, count, xgt_shim_before);
        } else {
            xgt_shim_members(&line, op, arg, xgt_shim_before);
        }
        xgt_shim_char(&line, '}');
    }
    xgt_shim_finish(&line);
    return id;
}

/* After a negative answer it is not known what Xen wrote: nothing of the argument is recorded. */
static void xgt_shim_exit(struct xgt_shim *shim, uint32_t id, long result, const struct xgt_shim_op *op,
                          const uint8_t *arg, unsigned int count)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "exit");
    xgt_shim_field(&line, "id", id);
    xgt_shim_name(&line, "ret");
    xgt_shim_integer(&line, result);
    if (op != 0 && arg != 0 && result >= 0 && xgt_shim_readable(op, arg, count)) {
        if (op->rows)
            xgt_shim_rows(&line, op, arg, count, xgt_shim_after);
        else
            xgt_shim_members(&line, op, arg, xgt_shim_after);
    }
    xgt_shim_finish(&line);
}

static void xgt_shim_header(struct xgt_shim_line *line, struct xgt_shim *shim)
{
    unsigned int bit, first = 1;

    xgt_shim_start(line, shim);
    xgt_shim_text(line, "\"xgt_log\":1,\"version\":1,");
    if (shim->xen_version != 0) {
        xgt_shim_text(line, "\"xen\":\"");
        xgt_shim_number(line, shim->xen_version >> 16, 0);
        xgt_shim_char(line, '.');
        xgt_shim_number(line, shim->xen_version & 0xffff, 0);
        xgt_shim_text(line, "\",");
    } else {
        xgt_shim_text(line, "\"xen\":\"@XEN@\",");
    }
    xgt_shim_string(line, "arch", "@ARCH@");
    xgt_shim_string(line, "recorder", "xgt shim");
    xgt_shim_field(line, "n", shim->n++);
    if (!shim->has_features)
        return;
    xgt_shim_name(line, "features");
    for (bit = 0; bit < 32; bit++) {
        if (((shim->xen_features >> bit) & 1) == 0)
            continue;
        xgt_shim_char(line, first ? '[' : ',');
        xgt_shim_number(line, bit, 0);
        first = 0;
    }
    xgt_shim_text(line, first ? "[]" : "]");
}

void xgt_shim_begin(struct xgt_shim *shim, const char *domains)
{
    struct xgt_shim_line line;

    xgt_shim_header(&line, shim);
    if (domains != 0) {
        xgt_shim_name(&line, "domains");
        xgt_shim_text(&line, domains);
    }
    xgt_shim_finish(&line);
}

static void xgt_shim_ranges(struct xgt_shim_line *line, const char *name, const struct xgt_shim_range *ranges,
                            unsigned int count, int named)
{
    unsigned int i;

    xgt_shim_name(line, name);
    xgt_shim_char(line, '[');
    for (i = 0; i < count; i++) {
        xgt_shim_text(line, i > 0 ? ",{" : "{");
        line->comma = 0;
        if (named)
            xgt_shim_string(line, "name", ranges[i].name);
        xgt_shim_address(line, "gfn", ranges[i].gfn);
        xgt_shim_address(line, "count", ranges[i].count);
        xgt_shim_char(line, '}');
    }
    xgt_shim_char(line, ']');
    line->comma = 1;
}

void xgt_shim_begin_domain(struct xgt_shim *shim, const struct xgt_shim_domain *domain, int from_boot)
{
    struct xgt_shim_line line;
    const char *mode = domain->mode;

    /* Which mode a domain is in: XENFEAT_not_direct_mapped (16) and XENFEAT_direct_mapped (17). */
    if (mode == 0 && shim->has_features && ((shim->xen_features >> 16) & 3) != 0)
        mode = (shim->xen_features >> 17) & 1 ? "direct-mapped" : "translated";
    xgt_shim_header(&line, shim);
    xgt_shim_name(&line, "from_boot");
    xgt_shim_text(&line, from_boot ? "true" : "false");
    xgt_shim_name(&line, "domains");
    xgt_shim_text(&line, "[{");
    line.comma = 0;
    xgt_shim_field(&line, "domid", shim->domid);
    if (mode != 0)
        xgt_shim_string(&line, "mode", mode);
    xgt_shim_ranges(&line, "ram", domain->ram, domain->ram_count, 0);
    xgt_shim_ranges(&line, "regions", domain->regions, domain->region_count, 1);
    xgt_shim_name(&line, "iommu");
    xgt_shim_text(&line, domain->iommu ? "true}]" : "false}]");
    xgt_shim_finish(&line);
}

void xgt_shim_ask_xen(struct xgt_shim *shim)
{
    uint32_t features[2] = { 0, 0 }; /* struct xen_feature_info: submap_idx, submap */
    long version = xgt_shim_call(17, 0, 0, 0);

    shim->xen_version = version > 0 ? (uint32_t)version : 0;
    shim->has_features = xgt_shim_call(17, 6, (uintptr_t)features, 0) == 0;
    shim->xen_features = features[1];
}

long xgt_shim_memory_op(struct xgt_shim *shim, unsigned int cmd, void *arg)
{
    /* Above the sub-op stands where a preempted call goes on. */
    const struct xgt_shim_op *op = xgt_shim_find(12, cmd & 63);
    uint32_t id = xgt_shim_enter(shim, 12, cmd, op, (const uint8_t *)arg, 0);
    long result = xgt_shim_call(12, cmd, (uintptr_t)arg, 0);

    xgt_shim_exit(shim, id, result, op, (const uint8_t *)arg, 0);
    return result;
}

long xgt_shim_grant_table_op(struct xgt_shim *shim, unsigned int cmd, void *ops, unsigned int count)
{
    const struct xgt_shim_op *op = xgt_shim_find(20, cmd & 4095);
    uint32_t id = xgt_shim_enter(shim, 20, cmd, op, (const uint8_t *)ops, count);
    long result = xgt_shim_call(20, cmd, (uintptr_t)ops, count);

    xgt_shim_exit(shim, id, result, op, (const uint8_t *)ops, count);
    return result;
}

static void xgt_shim_dma(struct xgt_shim *shim, const char *op, const char *device, const char *direction,
                         const struct xgt_shim_segment *segments, unsigned int count, int with_phys)
{
    struct xgt_shim_line line;
    unsigned int i;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "dma");
    xgt_shim_string(&line, "op", op);
    xgt_shim_string(&line, "dir", direction);
    xgt_shim_string(&line, "dev", device);
    xgt_shim_name(&line, "segments");
    xgt_shim_char(&line, '[');
    for (i = 0; i < count; i++) {
        xgt_shim_text(&line, i > 0 ? ",{" : "{");
        line.comma = 0;
        if (with_phys)
            xgt_shim_address(&line, "phys", segments[i].phys);
        xgt_shim_address(&line, "bus", segments[i].bus);
        xgt_shim_name(&line, "size");
        xgt_shim_unsigned(&line, segments[i].size);
        xgt_shim_char(&line, '}');
    }
    xgt_shim_char(&line, ']');
    xgt_shim_finish(&line);
}

void xgt_shim_dma_map_list(struct xgt_shim *shim, const char *device, const char *direction,
                           const struct xgt_shim_segment *segments, unsigned int count)
{
    xgt_shim_dma(shim, "map", device, direction, segments, count, 1);
}

void xgt_shim_dma_map(struct xgt_shim *shim, const char *device, const char *direction, uint64_t phys, uint64_t bus,
                      uint64_t size)
{
    struct xgt_shim_segment segment;

    segment.phys = phys;
    segment.bus = bus;
    segment.size = size;
    xgt_shim_dma(shim, "map", device, direction, &segment, 1, 1);
}

void xgt_shim_dma_unmap_list(struct xgt_shim *shim, const char *device, const char *direction,
                             const struct xgt_shim_segment *segments, unsigned int count)
{
    xgt_shim_dma(shim, "unmap", device, direction, segments, count, 0);
}

void xgt_shim_dma_unmap(struct xgt_shim *shim, const char *device, const char *direction, uint64_t bus, uint64_t size)
{
    struct xgt_shim_segment segment;

    segment.phys = 0;
    segment.bus = bus;
    segment.size = size;
    xgt_shim_dma(shim, "unmap", device, direction, &segment, 1, 0);
}

void xgt_shim_guest_p2m(struct xgt_shim *shim, uint64_t pfn, uint64_t mfn, uint64_t count)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "guest_p2m");
    xgt_shim_address(&line, "pfn", pfn);
    xgt_shim_address(&line, "mfn", mfn);
    xgt_shim_name(&line, "nr");
    xgt_shim_unsigned(&line, count);
    xgt_shim_finish(&line);
}

void xgt_shim_grant(struct xgt_shim *shim, uint32_t ref, uint16_t to, uint64_t gfn, int read_only)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "grant");
    xgt_shim_field(&line, "ref", ref);
    xgt_shim_field(&line, "dom", to);
    xgt_shim_address(&line, "gfn", gfn);
    xgt_shim_name(&line, "ro");
    xgt_shim_text(&line, read_only ? "true" : "false");
    xgt_shim_finish(&line);
}

void xgt_shim_ungrant(struct xgt_shim *shim, uint32_t ref)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "ungrant");
    xgt_shim_field(&line, "ref", ref);
    xgt_shim_finish(&line);
}

static void xgt_shim_shared(struct xgt_shim *shim, const char *event, uint64_t gfn, uint64_t count, const char *with)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, event);
    xgt_shim_address(&line, "gfn", gfn);
    xgt_shim_name(&line, "nr");
    xgt_shim_unsigned(&line, count);
    xgt_shim_string(&line, "with", with);
    xgt_shim_finish(&line);
}

void xgt_shim_share(struct xgt_shim *shim, uint64_t gfn, uint64_t count, const char *with)
{
    xgt_shim_shared(shim, "share", gfn, count, with);
}

void xgt_shim_unshare(struct xgt_shim *shim, uint64_t gfn, uint64_t count, const char *with)
{
    xgt_shim_shared(shim, "unshare", gfn, count, with);
}

void xgt_shim_lost(struct xgt_shim *shim, uint32_t count)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "lost");
    xgt_shim_field(&line, "count", count);
    xgt_shim_finish(&line);
}

void xgt_shim_domain_event(struct xgt_shim *shim, uint16_t domid, const char *what)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_stamp(&line);
    xgt_shim_field(&line, "domid", domid); /* the domain meant, not the one that tells */
    xgt_shim_string(&line, "ev", "domain");
    xgt_shim_string(&line, "what", what);
    xgt_shim_finish(&line);
}

void xgt_shim_mark(struct xgt_shim *shim, const char *text)
{
    struct xgt_shim_line line;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "mark");
    xgt_shim_string(&line, "text", text);
    xgt_shim_finish(&line);
}

void xgt_shim_mark_value(struct xgt_shim *shim, const char *text, uint64_t value)
{
    struct xgt_shim_line line;
    int shift = 60;

    xgt_shim_start(&line, shim);
    xgt_shim_event(&line, "mark");
    xgt_shim_name(&line, "text");
    xgt_shim_char(&line, '"');
    xgt_shim_escaped(&line, text);
    xgt_shim_text(&line, " 0x");
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        xgt_shim_char(&line, "0123456789abcdef"[(value >> shift) & 15]);
    xgt_shim_char(&line, '"');
    xgt_shim_finish(&line);
}

void xgt_shim_to_console(void *context, const char *bytes, size_t length)
{
    (void)context;
    xgt_shim_call(18, 0 /* CONSOLEIO_write */, (uintptr_t)length, (uintptr_t)bytes);
}

void xgt_shim_to_pl011(void *context, const char *bytes, size_t length)
{
    volatile uint32_t *registers = (volatile uint32_t *)context;

    for (; length > 0; length--, bytes++) {
        while ((registers[0x18 / 4] & 0x20) != 0) /* UARTFR.TXFF: no room */
            ;
        registers[0] = (unsigned char)*bytes; /* UARTDR */
    }
}

void xgt_shim_to_ring(void *context, const char *bytes, size_t length)
{
    struct xgt_shim_ring *ring = (struct xgt_shim_ring *)context;

    for (; length > 0; length--)
        ring->bytes[(size_t)(ring->written++ & (ring->size - 1))] = *bytes++;
}

#if defined(__aarch64__)
void xgt_shim_counter(void *context, uint32_t *seconds, uint32_t *nanoseconds)
{
    uint64_t count, frequency;

    (void)context;
    __asm__ volatile("isb; mrs %0, cntvct_el0; mrs %1, cntfrq_el0" : "=&r"(count), "=r"(frequency));
    if (frequency == 0)
        return;
    *seconds = (uint32_t)(count / frequency);
    *nanoseconds = (uint32_t)(count % frequency * 1000000000 / frequency);
}
#endif
