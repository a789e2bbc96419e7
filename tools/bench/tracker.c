/*
 * The native yardstick of the benchmarks, written for them: reads the kprobe text of tools/make-log.ts once and keeps
 * what a careful checker written by hand would keep (the guest's table, holes by frame, pages under DMA), and checks each
 * page of a DMA, each hole and each entry. It knows that text only and checks far less than a replay.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { LEAF = 4096, PAGES_MAX = 1 << 20 };

/* By frame number: leaves of 4096 entries. An entry of the guest's table holds the machine frame plus one. */
static uint64_t *entries[1 << 20];
static uint8_t *holes[1 << 20];
static uint8_t *mapped[1 << 20];

static inline uint64_t *entry_of(uint64_t gfn)
{
    uint64_t leaf = (gfn >> 12) & 0xfffff;

    if (!entries[leaf])
        entries[leaf] = calloc(LEAF, sizeof(uint64_t));
    return &entries[leaf][gfn & (LEAF - 1)];
}

static inline uint8_t *byte_of(uint8_t **table, uint64_t frame)
{
    uint64_t leaf = (frame >> 12) & 0xfffff;

    if (!table[leaf])
        table[leaf] = calloc(LEAF, 1);
    return &table[leaf][frame & (LEAF - 1)];
}

static inline const char *hex(const char *p, uint64_t *value)
{
    uint64_t sum = 0;

    if (p[0] == '0' && p[1] == 'x')
        p += 2;
    for (;; p++) {
        unsigned c = (unsigned char)*p, digit = c - '0';

        if (digit > 9) {
            digit = (c | 32) - 'a' + 10;
            if (digit < 10 || digit > 15)
                break;
        }
        sum = sum << 4 | digit;
    }
    *value = sum;
    return p;
}

static inline const char *decimal(const char *p, uint64_t *value)
{
    uint64_t sum = 0;

    while ((unsigned)(*p - '0') < 10)
        sum = sum * 10 + (uint64_t)(*p++ - '0');
    *value = sum;
    return p;
}

static inline const char *past(const char *p, const char *end, char c)
{
    p = memchr(p, c, (size_t)(end - p));
    return p ? p + 1 : end;
}

static uint64_t operations, bad, live;

static void guest_entry(const char *p, const char *end)
{
    uint64_t pfn, mfn, pages;

    p = past(p, end, ')');
    p = hex(p + 5, &pfn);
    p = hex(p + 5, &mfn);
    decimal(p + 3, &pages);
    for (uint64_t i = 0; i < pages && i < PAGES_MAX; i++, operations++) {
        uint64_t *entry = entry_of(pfn + i);

        bad += mfn == ~0ull ? !*entry : *entry != 0;
        *entry = mfn == ~0ull ? 0 : mfn + i + 1;
    }
}

static void dma_map(const char *p)
{
    uint64_t bus, size, phys;

    p = hex(strstr(p, "dma_addr=") + 9, &bus);
    p = decimal(p + 6, &size);
    hex(p + 11, &phys);
    for (uint64_t i = 0; i < (size + 4095) >> 12; i++, operations++) {
        uint64_t gfn = (phys >> 12) + i, frame = (bus >> 12) + i, entry = *entry_of(gfn);

        bad += entry ? entry - 1 != frame : gfn != frame || *byte_of(holes, gfn);
        ++*byte_of(mapped, frame);
    }
}

static void dma_unmap(const char *p)
{
    uint64_t bus, size;

    p = hex(strstr(p, "dma_addr=") + 9, &bus);
    decimal(p + 6, &size);
    for (uint64_t i = 0; i < (size + 4095) >> 12; i++, operations++) {
        uint8_t *count = byte_of(mapped, (bus >> 12) + i);

        if (*count)
            --*count;
        else
            bad++;
    }
}

static void grant_ops(const char *p, const char *end)
{
    uint64_t cmd, count;

    p = past(p, end, ')');
    p = decimal(p + 5, &cmd);
    decimal(strstr(p, "count=") + 6, &count);
    operations += count;
    live += cmd ? -count : count;
}

static void extents(const char *p, const char *end)
{
    uint64_t cmd, gfn;

    p = past(p, end, ')');
    p = decimal(p + 5, &cmd);
    while (p < end && (p = past(p, end, '{')) < end) {
        if (p[-2] != '=' || p[-3] == 'a')
            continue;
        do {
            uint8_t *hole;

            p = hex(p, &gfn);
            hole = byte_of(holes, gfn);
            bad += (cmd == 1) == *hole;
            *hole = cmd == 1;
            operations++;
        } while (*p++ == ',');
    }
}

int main(int argc, char **argv)
{
    int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
    struct stat status;
    uint64_t lines = 0;
    const char *line, *end;

    if (file < 0 || fstat(file, &status) < 0) {
        perror(argc > 1 ? argv[1] : "no log");
        return 2;
    }
    line = mmap(0, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (line == MAP_FAILED)
        return 2;
    end = line + status.st_size;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *p = line;

        if (!newline)
            newline = end;
        line = newline + 1;
        lines++;
        if (*p == '#')
            continue;
        p = past(p, newline, ']');
        p = past(p, newline, ':') + 1;
        if (p >= newline)
            continue;
        if (p[0] == 'p' && p[1] == '2')
            guest_entry(p, newline);
        else if (p[0] == 'd' && p[4] == 'm')
            dma_map(p);
        else if (p[0] == 'd' && p[4] == 'u')
            dma_unmap(p);
        else if (p[0] == 'g' && p[3] == 'e')
            grant_ops(p, newline);
        else if (p[0] == 'm' && (p[3] == 'x' || p[3] == 'l'))
            extents(p, newline);
    }
    printf("%lu lines, %lu operations, %lu live, %lu bad\n", lines, operations, live, bad);
    return 0;
}
