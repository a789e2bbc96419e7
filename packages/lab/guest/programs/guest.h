/* SPDX-License-Identifier: MIT */
#ifndef XGT_GUEST_H
#define XGT_GUEST_H

#include "calls.h"

/* privcmd.c: before any hypercall. */
void hypercall_open(void);

/* pages.c */
uint8_t *block_new(void);		/* a 2 MiB page */

/* disk.c: transfers that the disk's driver maps page by page. */
void disk_open(const char *device);
void disk_transfer(bool out, void *pages, size_t size, unsigned int block);

/* mark.c: a line of text in the capture module's log. */
void mark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* grants.c: pages granted by gntalloc, mapped by gntdev; the domain to itself. */
uint16_t own_domid(void);		/* as the lab says it in the environment; Dom0 else */
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
/* A grant of this domain's own, by a hypercall. */
struct grant_map grant_map(uint64_t gfn, uint32_t ref, uint32_t flags);
/* Handle and bus address that Xen gave the kernel for a gfn, from the capture module's log. */
uint32_t kernel_handle(uint64_t gfn);

int grant_main(int argc, char **argv);
int partial_main(int argc, char **argv);
int disk_main(int argc, char **argv);
int fault_main(int argc, char **argv);

#endif
