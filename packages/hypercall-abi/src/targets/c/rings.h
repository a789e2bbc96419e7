/* Functions for shared rings. "barriers" comes once, "ring" for each ring (its name in place of example), "xenstore" where the page is bound. */
#ifndef XGT_RINGS_H
#define XGT_RINGS_H

#include <stddef.h>
#include <stdint.h>

/* ==== barriers */
/*
 * Rings in shared memory. The other side changes it at any time: what is read of it is read once, and copied before it is
 * looked at. Barriers are xen_mb(), xen_rmb() and xen_wmb() as in Xen's own headers; define them before the include for others.
 */
#ifndef xen_mb
#define xen_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#ifndef xen_rmb
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif
#ifndef xen_wmb
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif

static inline uint32_t xgt_ring_read(const uint32_t *index)
{
    return *(const volatile uint32_t *)index;
}

static inline void xgt_ring_write(uint32_t *index, uint32_t value)
{
    *(volatile uint32_t *)index = value;
}

/* Each byte is read once, and written before the next barrier. */
static inline void xgt_ring_copy(void *to, const void *from, size_t bytes)
{
    volatile uint8_t *t = (volatile uint8_t *)to;
    const volatile uint8_t *f = (const volatile uint8_t *)from;

    while (bytes-- > 0)
        *t++ = *f++;
}

/* Entries of a ring: as many as fit, down to a power of two. */
static inline uint32_t xgt_ring_entries(size_t bytes, size_t entry)
{
    uint32_t entries = 1;

    while (entries <= bytes / entry / 2)
        entries *= 2;
    return bytes < entry ? 0 : entries;
}

/* ==== example */
struct example_request {
    uint64_t id;
};

struct example_response {
    uint32_t id;
};

union example_sring_entry {
    struct example_request req;
    struct example_response rsp;
};

struct example_sring {
    uint32_t req_prod, req_event, rsp_prod, rsp_event;
    uint8_t pad[48];
    union example_sring_entry ring[1];
};

struct example_front_ring {
    uint32_t req_prod_pvt, rsp_cons, nr_ents;
    uintptr_t sring;
};

struct example_back_ring {
    uint32_t rsp_prod_pvt, req_cons, nr_ents;
    uintptr_t sring;
};

struct xenstore_domain_interface {
    char req[1024], rsp[1024];
    uint32_t req_cons, req_prod, rsp_cons, rsp_prod;
};

/* ==== ring */
/* The ring of example: both sides keep where they are in a struct of their own. */
static inline struct example_sring *example_front_shared(const struct example_front_ring *front)
{
    return (struct example_sring *)(uintptr_t)front->sring;
}

static inline struct example_sring *example_back_shared(const struct example_back_ring *back)
{
    return (struct example_sring *)(uintptr_t)back->sring;
}

/* SHARED_RING_INIT: the frontend does it, before the backend knows the page. */
static inline void example_shared_init(struct example_sring *sring)
{
    uint8_t *byte = (uint8_t *)sring;
    size_t i;

    xgt_ring_write(&sring->req_prod, 0);
    xgt_ring_write(&sring->rsp_prod, 0);
    xgt_ring_write(&sring->req_event, 1);
    xgt_ring_write(&sring->rsp_event, 1);
    for (i = 4 * sizeof(uint32_t); i < offsetof(struct example_sring, ring); i++)
        byte[i] = 0;
}

/* FRONT_RING_ATTACH: `bytes` of shared memory, whose indices are at `index`. */
static inline void example_front_attach(struct example_front_ring *front, struct example_sring *sring, uint32_t index, size_t bytes)
{
    front->req_prod_pvt = index;
    front->rsp_cons = index;
    front->nr_ents = xgt_ring_entries(bytes - offsetof(struct example_sring, ring), sizeof(union example_sring_entry));
    front->sring = (uintptr_t)sring;
}

/* XEN_FRONT_RING_INIT: the shared part and this one. */
static inline void example_front_init(struct example_front_ring *front, struct example_sring *sring, size_t bytes)
{
    example_shared_init(sring);
    example_front_attach(front, sring, 0, bytes);
}

/* BACK_RING_ATTACH; at index 0 it is BACK_RING_INIT. */
static inline void example_back_attach(struct example_back_ring *back, struct example_sring *sring, uint32_t index, size_t bytes)
{
    back->rsp_prod_pvt = index;
    back->req_cons = index;
    back->nr_ents = xgt_ring_entries(bytes - offsetof(struct example_sring, ring), sizeof(union example_sring_entry));
    back->sring = (uintptr_t)sring;
}

/* RING_FREE_REQUESTS: entries that the frontend may fill; 0 is RING_FULL. */
static inline uint32_t example_front_free(const struct example_front_ring *front)
{
    return front->nr_ents - (front->req_prod_pvt - front->rsp_cons);
}

/* RING_GET_REQUEST and RING_GET_RESPONSE, of either side. */
static inline struct example_request *example_front_request(const struct example_front_ring *front, uint32_t index)
{
    return &example_front_shared(front)->ring[index & (front->nr_ents - 1)].req;
}

static inline struct example_response *example_front_response(const struct example_front_ring *front, uint32_t index)
{
    return &example_front_shared(front)->ring[index & (front->nr_ents - 1)].rsp;
}

static inline struct example_request *example_back_request(const struct example_back_ring *back, uint32_t index)
{
    return &example_back_shared(back)->ring[index & (back->nr_ents - 1)].req;
}

static inline struct example_response *example_back_response(const struct example_back_ring *back, uint32_t index)
{
    return &example_back_shared(back)->ring[index & (back->nr_ents - 1)].rsp;
}

/* RING_COPY_REQUEST and RING_COPY_RESPONSE: what is looked at is a copy that the other side cannot change. */
static inline void example_back_copy_request(const struct example_back_ring *back, uint32_t index, struct example_request *to)
{
    xgt_ring_copy(to, example_back_request(back, index), sizeof(*to));
}

static inline void example_front_copy_response(const struct example_front_ring *front, uint32_t index, struct example_response *to)
{
    xgt_ring_copy(to, example_front_response(front, index), sizeof(*to));
}

/* RING_HAS_UNCONSUMED_RESPONSES: how many. xen_rmb() belongs between this and the first copy. */
static inline uint32_t example_front_unconsumed(const struct example_front_ring *front)
{
    return xgt_ring_read(&example_front_shared(front)->rsp_prod) - front->rsp_cons;
}

/* RING_HAS_UNCONSUMED_REQUESTS: how many, and never more than there is room for responses. */
static inline uint32_t example_back_unconsumed(const struct example_back_ring *back)
{
    uint32_t requests = xgt_ring_read(&example_back_shared(back)->req_prod) - back->req_cons;
    uint32_t room = back->nr_ents - (back->req_cons - back->rsp_prod_pvt);

    return requests < room ? requests : room;
}

/* RING_REQUEST_CONS_OVERFLOW, RING_REQUEST_PROD_OVERFLOW, RING_RESPONSE_PROD_OVERFLOW: 1 where the other side cannot be right. */
static inline int example_back_cons_overflow(const struct example_back_ring *back, uint32_t cons)
{
    return cons - back->rsp_prod_pvt >= back->nr_ents;
}

static inline int example_back_prod_overflow(const struct example_back_ring *back, uint32_t prod)
{
    return prod - back->rsp_prod_pvt > back->nr_ents;
}

static inline int example_front_prod_overflow(const struct example_front_ring *front, uint32_t prod)
{
    return prod - front->rsp_cons > front->nr_ents;
}

/* RING_PUSH_REQUESTS_AND_CHECK_NOTIFY: 1 where the backend wants an event. */
static inline int example_front_push(struct example_front_ring *front)
{
    struct example_sring *sring = example_front_shared(front);
    uint32_t before = xgt_ring_read(&sring->req_prod), now = front->req_prod_pvt;

    xen_wmb(); /* the backend sees the requests before the index */
    xgt_ring_write(&sring->req_prod, now);
    xen_mb(); /* it sees the index before we look whether it sleeps */
    return now - xgt_ring_read(&sring->req_event) < now - before;
}

/* RING_PUSH_RESPONSES_AND_CHECK_NOTIFY: 1 where the frontend wants an event. */
static inline int example_back_push(struct example_back_ring *back)
{
    struct example_sring *sring = example_back_shared(back);
    uint32_t before = xgt_ring_read(&sring->rsp_prod), now = back->rsp_prod_pvt;

    xen_wmb(); /* the frontend sees the responses before the index */
    xgt_ring_write(&sring->rsp_prod, now);
    xen_mb(); /* it sees the index before we look whether it sleeps */
    return now - xgt_ring_read(&sring->rsp_event) < now - before;
}

/* RING_FINAL_CHECK_FOR_RESPONSES: before sleeping; what came meanwhile, or 0 and the next response raises an event. */
static inline uint32_t example_front_final_check(struct example_front_ring *front)
{
    uint32_t work = example_front_unconsumed(front);

    if (work > 0)
        return work;
    xgt_ring_write(&example_front_shared(front)->rsp_event, front->rsp_cons + 1);
    xen_mb();
    return example_front_unconsumed(front);
}

/* RING_FINAL_CHECK_FOR_REQUESTS: before sleeping; what came meanwhile, or 0 and the next request raises an event. */
static inline uint32_t example_back_final_check(struct example_back_ring *back)
{
    uint32_t work = example_back_unconsumed(back);

    if (work > 0)
        return work;
    xgt_ring_write(&example_back_shared(back)->req_event, back->req_cons + 1);
    xen_mb();
    return example_back_unconsumed(back);
}

/* ==== xenstore */
/* Puts up to `bytes` into the ring of requests: how many went in, or -1 where xenstored's indices cannot be right. */
static inline int32_t xgt_xenstore_write(struct xenstore_domain_interface *page, const void *from, uint32_t bytes)
{
    uint32_t cons = xgt_ring_read(&page->req_cons), prod = xgt_ring_read(&page->req_prod), i;

    if (prod - cons > sizeof(page->req))
        return -1;
    xen_mb(); /* what we overwrite has been read */
    if (bytes > sizeof(page->req) - (prod - cons))
        bytes = (uint32_t)sizeof(page->req) - (prod - cons);
    for (i = 0; i < bytes; i++)
        xgt_ring_copy(&page->req[(prod + i) % sizeof(page->req)], (const char *)from + i, 1);
    xen_wmb(); /* the bytes are there before the index */
    xgt_ring_write(&page->req_prod, prod + bytes);
    return (int32_t)bytes;
}

/* Takes up to `bytes` out of the ring of responses: how many there were, or -1 where xenstored's indices cannot be right. */
static inline int32_t xgt_xenstore_read(struct xenstore_domain_interface *page, void *to, uint32_t bytes)
{
    uint32_t cons = xgt_ring_read(&page->rsp_cons), prod = xgt_ring_read(&page->rsp_prod), i;

    if (prod - cons > sizeof(page->rsp))
        return -1;
    xen_rmb(); /* the bytes are read after the index */
    if (bytes > prod - cons)
        bytes = prod - cons;
    for (i = 0; i < bytes; i++)
        xgt_ring_copy((char *)to + i, &page->rsp[(cons + i) % sizeof(page->rsp)], 1);
    xen_mb(); /* they are read before xenstored may overwrite them */
    xgt_ring_write(&page->rsp_cons, cons + bytes);
    return (int32_t)bytes;
}

/* ==== end */
#endif
