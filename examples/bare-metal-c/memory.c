/* What compilers, and Rust's core library, want of a freestanding program: they make calls of these by themselves. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t count)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0)
        for (; count >= 8; count -= 8, t += 8, f += 8)
            *(uint64_t *)t = *(const uint64_t *)f;
    while (count-- > 0)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t count)
{
    uint8_t *t = to;

    if (((uintptr_t)t & 7) == 0)
        for (; count >= 8; count -= 8, t += 8)
            *(uint64_t *)t = (uint8_t)value * 0x0101010101010101u;
    while (count-- > 0)
        *t++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
    const uint8_t *x = a, *y = b;

    for (; count > 0; count--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
