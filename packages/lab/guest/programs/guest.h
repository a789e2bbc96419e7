/* SPDX-License-Identifier: MIT */
#ifndef XGT_GUEST_H
#define XGT_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL
#define DOMID_SELF 0x7ff0

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* pages.c: locked pages of this process, and the gfns behind them. */
uint8_t *page_new(void);
uint64_t gfn_of(const void *address);

/* hypercall.c: raw hypercalls through /dev/xen/privcmd; arguments lie in one buffer that is never moved. */
void hypercall_open(void);
uint8_t *hypercall_buffer(void);
#define HYPERCALL_BUFFER_SIZE (16 * PAGE)
long hypercall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c);
long reservation(unsigned int cmd, uint64_t gfn, unsigned int order);

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

struct grant_map grant_map(uint64_t gfn, uint32_t ref, uint32_t flags);
struct grant_map grant_map_of(uint16_t granter, uint64_t gfn, uint32_t ref, uint32_t flags);
int grant_unmap(uint64_t host_addr, uint32_t handle);
int grant_replace(uint64_t host_addr, uint64_t new_addr, uint32_t handle);

/* disk.c: transfers that the disk's driver maps page by page. */
void disk_open(const char *device);
void disk_transfer(bool out, void *pages, size_t size, unsigned int block);

/* mark.c: a line of text in the capture module's log. */
void mark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* grants.c: pages granted by gntalloc, mapped by gntdev; domain 0 to itself. */
struct grants {
	unsigned int count;
	uint64_t index;
	uint8_t *pages;
	uint32_t *refs;
};

struct mapping {
	unsigned int count;
	uint64_t index;
	uint8_t *pages;
};

struct grants grants_new(unsigned int count);
struct grants grants_new_read_only(unsigned int count);
void grants_free(struct grants *grants);
struct mapping mapping_new(const uint32_t *refs, unsigned int count, bool read_only);
/* False where the kernel refuses the batch, errno says why. */
bool mapping_try(const uint32_t *refs, unsigned int count, bool read_only, struct mapping *mapping);
void mapping_free(struct mapping *mapping);
/* Handle and bus address that Xen gave the kernel for a gfn, from the capture module's log. */
uint32_t kernel_handle(uint64_t gfn);

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

int grant_main(int argc, char **argv);
int partial_main(int argc, char **argv);
int disk_main(int argc, char **argv);
int fault_main(int argc, char **argv);
int execute_main(int argc, char **argv);

#endif
