/* SPDX-License-Identifier: MIT */
#ifndef XGT_FAULT_H
#define XGT_FAULT_H

#include "guest.h"

/* fault-steps.c: what faults are made of. Each ends the program where Xen answers what it should not. */
#define HOST_MAP 2
#define DEVICE_MAP 1

extern struct grants granted;		/* two pages of this domain, granted to itself */
extern const char *fault_name;		/* the fault under way */

void wrong(const char *rules);		/* the next call breaks these rules: a mark in the log */
void right(void);			/* and those after it do not */
void expect(const char *what, long got, long wanted);
uint64_t hole_new(void);		/* gfn of an own page that was given back properly: a place for mappings */
void refill(uint64_t gfn);
uint32_t map_at(uint64_t gfn, unsigned int page);
void unmap_at(uint64_t gfn, uint32_t handle);
int add_batch(uint16_t space, uint16_t foreign, uint64_t index, uint64_t gfn);
long remove_from_physmap(uint64_t gfn);

/* fault-balloon.c */
void not_owned(void);
void balloon_hole(void);
void short_inflate(void);
void short_decrease_used(void);
void short_populate_used(void);
void populate_over_grant(void);
void superpage_over_grant(void);
void balloon_granted(void);
void grant_hole(void);
void increase(void);

/* fault-calls.c */
void device_map(void);
void domid_self(void);
void misaligned(void);
void frame_remap(void);
void remove_grant(void);
void grant_window(void);
void transfer(void);
void partial_batch(void);
void errs_ignored(void);
void remove_ignored(void);

/* fault-over-ram.c */
void grant_over_ram(void);
void xen_page_over_ram(void);
void no_repopulate(void);

/* fault-pairing.c */
void double_map(void);
void unmap_noop(void);
void unmap_elsewhere(void);
void double_unmap(void);
void status_ignored(void);
void cleared_but_mapped(void);

/* fault-peer.c; the peer is made at its first use */
void map_foreign(uint64_t gfn);
void peer_end(void);
void foreign_over_ram(void);
void resource_over_ram(void);
void foreign_copied(void);
void peer_grant_copied(void);
void remove_peer_grant(void);
void peer_ends(void);

/* fault-dma.c */
void dma_to_hole(void);
void dma_after_unmap(void);
void dma_under_grant(void);
void dma_to_foreign(void);
void dma_stale(void);
void dma_replaced(void);
void dma_wrong_frame(void);
void dma_straddles(void);

#endif
