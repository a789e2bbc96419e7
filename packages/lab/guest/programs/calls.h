/* SPDX-License-Identifier: MIT */
#ifndef XGT_CALLS_H
#define XGT_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL
#define DOMID_SELF 0x7ff0

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* pages.c: locked pages of this process, and the gfns behind them. */
#define ORDER_2M 9
#define FRAMES_2M (1UL << ORDER_2M)
uint8_t *page_new(void);
uint64_t gfn_of(const void *address);
/* First gfn of the grant-table window (0) or of an extended region (1 and on), as Xen describes them. */
uint64_t region_gfn(unsigned int index);

/*
 * privcmd.c, or the executor's record.c: raw hypercalls; arguments lie in one buffer that is never moved. calls.c:
 * those with arguments. What returns a long returns Xen's answer, an error as its negative number.
 */
uint8_t *hypercall_buffer(void);
#define HYPERCALL_BUFFER_SIZE (16 * PAGE)
long hypercall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c);

#define INCREASE 0
#define DECREASE 1
#define POPULATE 6
long reservation(unsigned int cmd, uint64_t gfn, unsigned int order);
long reservation_of(uint16_t domid, unsigned int cmd, const uint64_t *gfns, unsigned int count, unsigned int order);

#define SPACE_GRANT_TABLE 1
#define SPACE_FOREIGN 4
long add_to_physmap(uint16_t domid, uint32_t space, uint64_t index, uint64_t gfn);
/* Maps the first frame of a domain's grant table at a gfn of this domain. */
long acquire_grant_table(uint16_t domid, uint64_t gfn);

#define CREATE_DOMAIN 1
#define DESTROY_DOMAIN 2
#define MAX_MEM 11
#define SET_P2M_POOL 86
union domctl {
	uint8_t bytes[128];
	uint64_t kilobytes;
	uint64_t pool_bytes;
	struct {
		uint32_t ssidref;
		uint8_t handle[16];
		uint32_t flags, iommu, vcpus, event_channels;
		int32_t grant_frames, maptrack_frames;
		uint32_t grant_version;
		/* What follows differs by version; 0 is right for all of it. */
	} create;
};
long domctl(uint32_t cmd, uint16_t domid, const union domctl *argument);

struct grant_map {
	uint64_t host_addr;
	uint32_t flags;
	uint32_t ref;
	uint16_t dom;
	int16_t status;
	uint32_t handle;
	uint64_t dev_bus_addr;
};

struct grant_unmap {
	uint64_t host_addr;
	uint64_t dev_bus_addr;
	uint32_t handle;
	int16_t status;
	uint16_t padding;
};

#define COPY_DEST_IS_REF 2
/* A side is a gfn, or a ref where the flags say so. */
struct grant_copy {
	uint64_t source;
	uint16_t source_domid, source_offset;
	uint32_t source_padding;
	uint64_t dest;
	uint16_t dest_domid, dest_offset;
	uint32_t dest_padding;
	uint16_t length, flags;
	int16_t status;
	uint16_t padding;
};

struct grant_map grant_map_of(uint16_t granter, uint64_t gfn, uint32_t ref, uint32_t flags);
int grant_unmap(uint64_t host_addr, uint32_t handle);
int grant_replace(uint64_t host_addr, uint64_t new_addr, uint32_t handle);
/* The ops lie in the hypercall buffer; each gets its status. */
void grant_copy(struct grant_copy *ops, unsigned int count);

/* peer.c: a second domain with a few pages, and grants of them in the first frame of its table. */
#define PEER 5
#define PEER_GRANT_FRAMES 8
#define PEER_GFN 0x40000UL
#define PEER_PAGES 4
#define PEER_GRANTS 5
struct peer_grant {
	uint32_t ref;
	uint64_t gfn;
	uint16_t domid;
	bool read_only;
};
extern const struct peer_grant peer_grants[PEER_GRANTS];
void peer_new(void);
void peer_free(void);

#endif
