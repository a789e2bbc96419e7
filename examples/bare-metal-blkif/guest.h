/* What the parts of the guest offer each other. */
#ifndef GUEST_H
#define GUEST_H

#include "xen.h"

#include "board.h"

struct page {
    uint64_t words[PAGE_SIZE / 8];
} __attribute__((aligned(4096)));

/* xen-calls.c */
void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
long hypercall(unsigned int number, uintptr_t a0, uintptr_t a1, uintptr_t a2);
void send_event(uint32_t port);
/* A channel that `domain` may bind; 0: none. */
uint32_t open_channel(uint16_t domain);
/* 0 where Xen has no such parameter. */
uint64_t hvm_param(uint32_t index);
/* Puts the grant table at `where`: 0, or -1. */
int set_up_grants(uint64_t where);
void grant(uint32_t ref, uint16_t to, const void *page, int read_only);
/* Lets others run. */
void wait_a_moment(void);
void shut_down(unsigned int reason) __attribute__((noreturn));
/* A line on the console that the toolstack logs. */
void set_up_console(void);
void say(const char *text, const char *more);

/* xenstore.c: text ends with a 0 byte. 0, or -1 where xenstored refused. */
int store_open(void);
int store_read(const char *path, char *value, uint32_t room);
int store_write(const char *path, const char *value);
/* Names below a path, each ended by a 0 byte. */
int store_list(const char *path, char *names, uint32_t room);

/* block.c */
/* Connects to the backend of the first PV disk: 0, or -1. */
int block_open(void);
/* Reads a page from a sector on: BLKIF_RSP_OKAY or what the backend answered. */
int block_read(uint64_t sector);
const struct page *block_data(void);

/* Decimal text of a number; `text` has 21 bytes. */
char *decimal(uint64_t value, char *text);
uint64_t number_of(const char *text);

#endif
