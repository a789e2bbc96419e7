/* A guest's side of xenstored's page, and an xenstored that sends back what it gets. Steps come on standard input. */
#include <stdio.h>
#include "xen-rings.h"

static struct my_xenstore_domain_interface page;

/* Moves up to `count` bytes from the requests to the responses, as far as there is room. */
static void xenstored(unsigned int count)
{
    while (count-- > 0 && page.req_cons != page.req_prod && page.rsp_prod - page.rsp_cons < sizeof(page.rsp))
        page.rsp[page.rsp_prod++ % sizeof(page.rsp)] = page.req[page.req_cons++ % sizeof(page.req)];
}

int main(void)
{
    static char bytes[4096];
    unsigned int op, count, i, next = 0;

    while (scanf("%u %u", &op, &count) == 2) {
        if (op == 0) {
            for (i = 0; i < count; i++)
                bytes[i] = (char)(next + i);
            i = (unsigned int)my_xenstore_write(&page, bytes, count);
            next += i;
            printf("put %u\n", i);
        } else if (op == 1) {
            xenstored(count);
        } else if (op == 2) {
            int taken = my_xenstore_read(&page, bytes, count), k;

            printf("took %d:", taken);
            for (k = 0; k < taken; k++)
                printf(" %d", (unsigned char)bytes[k]);
            printf("\n");
        } else {
            page.req_prod += 2000;
            page.rsp_prod += 2000;
            printf("wrong %d %d\n", my_xenstore_write(&page, bytes, 1), my_xenstore_read(&page, bytes, 1));
            page.req_prod -= 2000;
            page.rsp_prod -= 2000;
        }
    }
    return 0;
}
