/*
 * Works on one ring, both sides in one program, as a list of numbers on standard input says, and prints what each step gave and
 * a sum of the shared page. Built with XEN_RING it uses the macros of Xen's io/ring.h, else the functions of the generated
 * header xen-rings.h (made with the prefix my_). NAME, REQUEST and RESPONSE come from the compiler's command line.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <stddef.h>

#define GLUE_(a, b) a##b
#define GLUE(a, b) GLUE_(a, b)

#ifdef XEN_RING
#define xen_mb() __sync_synchronize()
#define xen_rmb() __sync_synchronize()
#define xen_wmb() __sync_synchronize()
#include RING_HEADER
#define TYPE(suffix) struct GLUE(NAME, suffix)
typedef REQUEST request_type;
typedef RESPONSE response_type;
#else
#include "xen-rings.h"
#define OWN(suffix) GLUE(GLUE(my_, NAME), suffix)
#define TYPE(suffix) struct OWN(suffix)
typedef __typeof__(((union OWN(_sring_entry) *)0)->req) request_type;
typedef __typeof__(((union OWN(_sring_entry) *)0)->rsp) response_type;
#endif

static union {
    uint8_t bytes[4096];
    uint64_t words[512];
} page;

static uint32_t sum(const void *from, size_t bytes)
{
    const uint8_t *at = from;
    uint32_t value = 2166136261u;

    while (bytes-- > 0)
        value = (value ^ *at++) * 16777619u;
    return value;
}

/* The first bytes count up from a number; the rest is 0, so that padding is the same in every language. */
static void fill(void *to, size_t bytes, uint32_t from)
{
    uint8_t *at = to;
    size_t i;

    for (i = 0; i < bytes; i++)
        at[i] = (uint8_t)(from + i * 7);
}

static void put(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

int main(void)
{
    TYPE(_sring) *shared = (TYPE(_sring) *)page.bytes;
    TYPE(_front_ring) front;
    TYPE(_back_ring) back;
    request_type request;
    response_type response;
    unsigned int op, value;

    memset(page.bytes, 0xa5, sizeof(page.bytes));
#ifdef XEN_RING
    SHARED_RING_INIT(shared);
    FRONT_RING_INIT(&front, shared, sizeof(page.bytes));
    BACK_RING_INIT(&back, shared, sizeof(page.bytes));
#else
    OWN(_front_init)(&front, shared, sizeof(page.bytes));
    OWN(_back_attach)(&back, shared, 0, sizeof(page.bytes));
#endif
    printf("size %u %u\n", front.nr_ents, back.nr_ents);
    while (scanf("%u %u", &op, &value) == 2) {
        uint32_t gave = 0;

        switch (op) {
        case 0: /* the frontend asks */
#ifdef XEN_RING
            gave = RING_FREE_REQUESTS(&front);
            if (RING_FULL(&front))
                break;
            fill(&request, sizeof(request), value);
            put(RING_GET_REQUEST(&front, front.req_prod_pvt++), &request, sizeof(request));
#else
            gave = OWN(_front_free)(&front);
            if (gave == 0)
                break;
            fill(&request, sizeof(request), value);
            put(OWN(_front_request)(&front, front.req_prod_pvt++), &request, sizeof(request));
#endif
            break;
        case 1: /* and tells */
#ifdef XEN_RING
            RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&front, gave);
#else
            gave = (uint32_t)OWN(_front_push)(&front);
#endif
            break;
        case 2: /* the backend takes */
#ifdef XEN_RING
            gave = XEN_RING_NR_UNCONSUMED_REQUESTS(&back);
            if (gave == 0 || RING_REQUEST_CONS_OVERFLOW(&back, back.req_cons))
                break;
            RING_COPY_REQUEST(&back, back.req_cons++, &request);
#else
            gave = OWN(_back_unconsumed)(&back);
            if (gave == 0 || OWN(_back_cons_overflow)(&back, back.req_cons))
                break;
            OWN(_back_copy_request)(&back, back.req_cons++, &request);
#endif
            gave += sum(&request, sizeof(request));
            break;
        case 3: /* answers */
            if (back.rsp_prod_pvt == back.req_cons)
                break;
            fill(&response, sizeof(response), value);
#ifdef XEN_RING
            put(RING_GET_RESPONSE(&back, back.rsp_prod_pvt++), &response, sizeof(response));
#else
            put(OWN(_back_response)(&back, back.rsp_prod_pvt++), &response, sizeof(response));
#endif
            break;
        case 4: /* and tells */
#ifdef XEN_RING
            RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&back, gave);
#else
            gave = (uint32_t)OWN(_back_push)(&back);
#endif
            break;
        case 5: /* the frontend takes the answer */
#ifdef XEN_RING
            gave = XEN_RING_NR_UNCONSUMED_RESPONSES(&front);
            if (gave == 0)
                break;
            RING_COPY_RESPONSE(&front, front.rsp_cons++, &response);
#else
            gave = OWN(_front_unconsumed)(&front);
            if (gave == 0)
                break;
            OWN(_front_copy_response)(&front, front.rsp_cons++, &response);
#endif
            gave += sum(&response, sizeof(response));
            break;
        case 6: /* both look a last time before they sleep */
#ifdef XEN_RING
            RING_FINAL_CHECK_FOR_RESPONSES(&front, gave);
            printf("%u ", gave);
            RING_FINAL_CHECK_FOR_REQUESTS(&back, gave);
#else
            printf("%u ", OWN(_front_final_check)(&front));
            gave = OWN(_back_final_check)(&back);
#endif
            break;
        default: { /* the other side's index cannot be right */
            uint32_t req_prod = shared->req_prod, rsp_prod = shared->rsp_prod;

            shared->req_prod += value;
            shared->rsp_prod += value;
#ifdef XEN_RING
            printf("%u %u ", (unsigned int)RING_REQUEST_PROD_OVERFLOW(&back, shared->req_prod),
                   (unsigned int)RING_RESPONSE_PROD_OVERFLOW(&front, shared->rsp_prod));
            gave = XEN_RING_NR_UNCONSUMED_REQUESTS(&back);
#else
            printf("%u %u ", (unsigned int)OWN(_back_prod_overflow)(&back, shared->req_prod),
                   (unsigned int)OWN(_front_prod_overflow)(&front, shared->rsp_prod));
            gave = OWN(_back_unconsumed)(&back);
#endif
            shared->req_prod = req_prod;
            shared->rsp_prod = rsp_prod;
        }
        }
        printf("%u: %u, %u %u %u %u, %u\n", op, gave, front.req_prod_pvt, front.rsp_cons, back.rsp_prod_pvt, back.req_cons,
               sum(page.bytes, sizeof(page.bytes)));
    }
    return 0;
}
