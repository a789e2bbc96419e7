/* The shim's declarations. What stands below the line "==== declarations" goes into a generated header. */
#ifndef XGT_SHIM_H
#define XGT_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* ==== declarations */
/*
 * Wrappers of memory_op and grant_table_op that record each call: a line of the NDJSON log before it, one after it.
 * xgt replay reads the log as it is. Xen @XEN@, @ARCH@.
 *
 * In one file: #define XGT_SHIM_IMPLEMENTATION before the include. To issue the hypercall another way than by HVC,
 * #define XGT_SHIM_HVC to the name of a function: long (*)(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2).
 */
struct xgt_shim {
    /* Takes the next bytes of the log. */
    void (*write)(void *context, const char *bytes, size_t length);
    /* Seconds and nanoseconds since any start; null: lines have no time. */
    void (*clock)(void *context, uint32_t *seconds, uint32_t *nanoseconds);
    /* Around each line, for guests with several CPUs; null: none. */
    void (*lock)(void *context);
    void (*unlock)(void *context);
    void *context;
    /* Of the next call. */
    uint32_t id;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The log's first line. `domains`: what this guest knows of itself, JSON as in a DomainSpec; null: nothing. */
void xgt_shim_begin(struct xgt_shim *shim, const char *domains);
/* Xen's answer; lists behind handles are read before the call, so they have to be mapped. */
long xgt_shim_memory_op(struct xgt_shim *shim, unsigned int cmd, void *arg);
long xgt_shim_grant_table_op(struct xgt_shim *shim, unsigned int cmd, void *ops, unsigned int count);

#ifdef __cplusplus
}
#endif
/* ==== end */

#endif
