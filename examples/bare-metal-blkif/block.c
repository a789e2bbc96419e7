/* The frontend of a PV disk, with the functions that the bindings have for blkif's ring. */
#include "guest.h"

#define RING_REF 8 /* those below are reserved for the toolstack */
#define DATA_REF 9
#define TRIES_MAX 1000000
#define SECTORS_PER_PAGE (PAGE_SIZE / 512)

static struct page shared, data;
static struct blkif_front_ring ring;
static uint32_t port;
static uint16_t backend;
static char backend_path[256], frontend_path[320];
static uint64_t device;

static const char *joined(const char *path, const char *name)
{
    static char text[320];
    char *at = text, *end = text + sizeof(text) - 1;

    while (*path && at < end)
        *at++ = *path++;
    if (at < end)
        *at++ = '/';
    while (*name && at < end)
        *at++ = *name++;
    *at = 0;
    return text;
}

static int wait_for_backend(enum xenbus_state wanted)
{
    char state[16];
    unsigned int tries;

    for (tries = 0; tries < TRIES_MAX; tries++) {
        if (store_read(joined(backend_path, "state"), state, sizeof(state)) == 0 && number_of(state) == wanted)
            return 0;
        wait_a_moment();
    }
    return -1;
}

int block_open(void)
{
    char text[64], number[21];

    if (store_list("device/vbd", text, sizeof(text)))
        return -1;
    device = number_of(text);
    memcpy(frontend_path, joined("device/vbd", text), sizeof(frontend_path));
    if (store_read(joined(frontend_path, "backend"), backend_path, sizeof(backend_path)) ||
        store_read(joined(frontend_path, "backend-id"), text, sizeof(text)))
        return -1;
    backend = (uint16_t)number_of(text);
    blkif_front_init(&ring, (struct blkif_sring *)&shared, PAGE_SIZE);
    grant(RING_REF, backend, &shared, 0);
    grant(DATA_REF, backend, &data, 0);
    port = open_channel(backend);
    if (port == 0 || wait_for_backend(XenbusStateInitWait))
        return -1;
    if (store_write(joined(frontend_path, "ring-ref"), decimal(RING_REF, number)) ||
        store_write(joined(frontend_path, "event-channel"), decimal(port, number)) ||
        store_write(joined(frontend_path, "protocol"), XEN_IO_PROTO_ABI_ARM) ||
        store_write(joined(frontend_path, "state"), decimal(XenbusStateInitialised, number)))
        return -1;
    if (wait_for_backend(XenbusStateConnected))
        return -1;
    return store_write(joined(frontend_path, "state"), decimal(XenbusStateConnected, number));
}

int block_read(uint64_t sector)
{
    struct blkif_request *request = blkif_front_request(&ring, ring.req_prod_pvt);
    struct blkif_response response;

    request->operation = BLKIF_OP_READ;
    request->nr_segments = 1;
    request->handle = (uint16_t)device;
    request->id = 0x1234;
    request->sector_number = sector;
    request->seg[0].gref = DATA_REF;
    request->seg[0].first_sect = 0;
    request->seg[0].last_sect = SECTORS_PER_PAGE - 1;
    ring.req_prod_pvt++;
    if (blkif_front_push(&ring))
        send_event(port);
    while (blkif_front_final_check(&ring) == 0)
        wait_a_moment();
    xen_rmb();
    blkif_front_copy_response(&ring, ring.rsp_cons++, &response);
    return response.id == 0x1234 && response.operation == BLKIF_OP_READ ? response.status : BLKIF_RSP_ERROR;
}

const struct page *block_data(void)
{
    return &data;
}
