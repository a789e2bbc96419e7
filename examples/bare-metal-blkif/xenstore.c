/* xenstored, over the page that it shares with each guest: one request at a time. */
#include "guest.h"

static struct xenstore_domain_interface *page;
static uint32_t port;

int store_open(void)
{
    page = (struct xenstore_domain_interface *)(hvm_param(HVM_PARAM_STORE_PFN) * PAGE_SIZE);
    port = (uint32_t)hvm_param(HVM_PARAM_STORE_EVTCHN);
    return page && port ? 0 : -1;
}

static uint32_t length(const char *text)
{
    uint32_t count = 0;

    while (text[count])
        count++;
    return count;
}

static int send_all(const void *from, uint32_t bytes)
{
    const char *at = from;

    while (bytes > 0) {
        int32_t put = xen_xenstore_write(page, at, bytes);

        if (put < 0)
            return -1;
        send_event(port);
        if (put == 0)
            wait_a_moment();
        at += put;
        bytes -= (uint32_t)put;
    }
    return 0;
}

static int receive_all(void *to, uint32_t bytes)
{
    char *at = to;

    while (bytes > 0) {
        int32_t taken = xen_xenstore_read(page, at, bytes);

        if (taken < 0)
            return -1;
        send_event(port);
        if (taken == 0)
            wait_a_moment();
        at += taken;
        bytes -= (uint32_t)taken;
    }
    return 0;
}

/* Sends a path, with a value behind it where there is one, and takes the answer. */
static int ask(uint32_t type, const char *path, const char *value, char *answer, uint32_t room)
{
    static char rest[1024];
    struct xsd_sockmsg head = { .type = type, .len = length(path) + 1 + (value ? length(value) : 0) };
    uint32_t kept;

    if (send_all(&head, sizeof(head)) || send_all(path, length(path) + 1))
        return -1;
    if (value && send_all(value, length(value)))
        return -1;
    if (receive_all(&head, sizeof(head)) || head.len > sizeof(rest))
        return -1;
    kept = head.len < room - 1 ? head.len : room - 1;
    if (receive_all(answer, kept) || receive_all(rest, head.len - kept))
        return -1;
    answer[kept] = 0;
    return head.type == type ? (int)kept : -1;
}

int store_read(const char *path, char *value, uint32_t room)
{
    return ask(XS_READ, path, 0, value, room) < 0 ? -1 : 0;
}

int store_list(const char *path, char *names, uint32_t room)
{
    return ask(XS_DIRECTORY, path, 0, names, room) < 0 ? -1 : 0;
}

int store_write(const char *path, const char *value)
{
    char answer[16];

    return ask(XS_WRITE, path, value, answer, sizeof(answer)) < 0 ? -1 : 0;
}
