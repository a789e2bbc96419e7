/* The shim's declarations. What stands below the line "==== declarations" goes into a generated header. */
#ifndef XGT_SHIM_H
#define XGT_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* ==== declarations */
/*
 * Wrappers of memory_op and grant_table_op that record each call, a line of the NDJSON log before it and one after it,
 * and functions that record what no hypercall shows: DMA, the guest's own table, grant entries. xgt replay reads the log
 * as it is. Bindings of Xen @XEN@, @ARCH@.
 *
 * In one file: #define XGT_SHIM_IMPLEMENTATION before the include. To issue the hypercall another way than by HVC,
 * #define XGT_SHIM_HVC to the name of a function: long (*)(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2).
 *
 * No C library, no allocation; about 200 bytes of stack. From an interrupt handler, or on several CPUs: give `lock` and
 * `unlock` (masking interrupts is enough on one CPU). A call is not recorded under the lock, only its lines are.
 */
struct xgt_shim {
    /* Takes the next bytes of the log: whole lines where they fit into `line`. Xen's console: xgt_shim_to_console. */
    void (*write)(void *context, const char *bytes, size_t length);
    /* Seconds and nanoseconds since any start; null: lines have no time. */
    void (*clock)(void *context, uint32_t *seconds, uint32_t *nanoseconds);
    /* Around each line; null: none. */
    void (*lock)(void *context);
    void (*unlock)(void *context);
    void *context;
    /* Where a line is put together before it goes to `write`; null: pieces of 64 bytes go there as they come. */
    char *line;
    uint32_t line_size;
    /* Of the next call, and of the next line: a reader sees by the second which lines a console has lost. */
    uint32_t id;
    uint32_t n;
    /* This domain's id, told in each line; has_domid 0: not told. Logs of several domains need it. */
    uint8_t has_domid;
    uint8_t has_features;
    uint16_t domid;
    /* The running Xen, as xgt_shim_ask_xen found it: major << 16 | minor, and the feature bits; 0: not asked. */
    uint32_t xen_version;
    uint32_t xen_features;
};

/* Frames from `gfn` on. `name` of a region as in a DomainSpec, for example "grant-table" or "extended"; of RAM: not used. */
struct xgt_shim_range {
    const char *name;
    uint64_t gfn, count;
};

/* What this guest knows of itself. */
struct xgt_shim_domain {
    /* "direct-mapped", "static" or "translated"; null: as the running Xen's features say. */
    const char *mode;
    const struct xgt_shim_range *ram;
    unsigned int ram_count;
    const struct xgt_shim_range *regions;
    unsigned int region_count;
    /* Whether an IOMMU stands in front of this domain's devices. */
    int iommu;
};

/* A log that stays in memory until it is read: the newest `size` bytes before `written`, size a power of two. */
struct xgt_shim_ring {
    char *bytes;
    uint32_t size;
    uint64_t written;
};

#define XGT_SHIM_TO_DEVICE "TO_DEVICE"
#define XGT_SHIM_FROM_DEVICE "FROM_DEVICE"
#define XGT_SHIM_BIDIRECTIONAL "BIDIRECTIONAL"
/* As `mfn` of a guest_p2m event: the guest's table has no entry any more. */
#define XGT_SHIM_NO_FRAME 0xffffffffffffffffULL

#ifdef __cplusplus
extern "C" {
#endif

/* Asks the running Xen for its version and features (xen_version), for the log's first line. Before it. */
void xgt_shim_ask_xen(struct xgt_shim *shim);
/* The log's first line. `domains`: what this guest knows of itself, JSON as in a DomainSpec; null: nothing. */
void xgt_shim_begin(struct xgt_shim *shim, const char *domains);
/* The same from structs. from_boot: the log will hold every call since the domain started, which makes verdicts certain. */
void xgt_shim_begin_domain(struct xgt_shim *shim, const struct xgt_shim_domain *domain, int from_boot);
/*
 * Xen's answer. The argument and the lists behind its handles are read before the call, so they have to be mapped. A guest that
 * passes on what its programs ask for: #define XGT_SHIM_CAN_READ(address, bytes) to what tells whether they are. Of a list
 * XGT_SHIM_LIST_MAX elements are recorded (8192 unless defined before).
 */
long xgt_shim_memory_op(struct xgt_shim *shim, unsigned int cmd, void *arg);
long xgt_shim_grant_table_op(struct xgt_shim *shim, unsigned int cmd, void *ops, unsigned int count);

/* One piece of a DMA mapping, bytes. phys: what the guest calls the memory; bus: the address that the device gets. */
struct xgt_shim_segment {
    uint64_t phys, bus, size;
};

/* A device gets an address, before it starts; `device` is any name, for example "mmc0". */
void xgt_shim_dma_map(struct xgt_shim *shim, const char *device, const char *direction, uint64_t phys, uint64_t bus,
                      uint64_t size);
/* The same for a list of segments that one request names. */
void xgt_shim_dma_map_list(struct xgt_shim *shim, const char *device, const char *direction,
                           const struct xgt_shim_segment *segments, unsigned int count);
/* The device is done with the address that the map gave. */
void xgt_shim_dma_unmap(struct xgt_shim *shim, const char *device, const char *direction, uint64_t bus, uint64_t size);
void xgt_shim_dma_unmap_list(struct xgt_shim *shim, const char *device, const char *direction,
                             const struct xgt_shim_segment *segments, unsigned int count);
/* The guest's own table says from now on: pfn to pfn + count - 1 are machine frames mfn and on. */
void xgt_shim_guest_p2m(struct xgt_shim *shim, uint64_t pfn, uint64_t mfn, uint64_t count);
/* A grant entry was written (after its flags), or ended (after a write that Xen did not refuse). */
void xgt_shim_grant(struct xgt_shim *shim, uint32_t ref, uint16_t to, uint64_t gfn, int read_only);
void xgt_shim_ungrant(struct xgt_shim *shim, uint32_t ref);
/* Pages that the secure world holds, for example with "optee". */
void xgt_shim_share(struct xgt_shim *shim, uint64_t gfn, uint64_t count, const char *with);
void xgt_shim_unshare(struct xgt_shim *shim, uint64_t gfn, uint64_t count, const char *with);
/* Events that this recorder could not write. */
void xgt_shim_lost(struct xgt_shim *shim, uint32_t count);
/* "suspend", "resume", "shutdown", or of another domain "boot" or "destroy". */
void xgt_shim_domain_event(struct xgt_shim *shim, uint16_t domid, const char *what);
/* A note, for people; the second form ends with a number in hex. */
void xgt_shim_mark(struct xgt_shim *shim, const char *text);
void xgt_shim_mark_value(struct xgt_shim *shim, const char *text, uint64_t value);

/* Sinks for `write`. Xen's console (console_io): Dom0's, or a domU's under a debug Xen; `context` is not used. */
void xgt_shim_to_console(void *context, const char *bytes, size_t length);
/* A PL011 or SBSA UART; `context` is the address of its registers. */
void xgt_shim_to_pl011(void *context, const char *bytes, size_t length);
/* Memory; `context` is a struct xgt_shim_ring. */
void xgt_shim_to_ring(void *context, const char *bytes, size_t length);
#if defined(__aarch64__)
/* For `clock`: the virtual counter, from when the machine started. */
void xgt_shim_counter(void *context, uint32_t *seconds, uint32_t *nanoseconds);
#endif

#ifdef __cplusplus
}
#endif
/* ==== end */

#endif
