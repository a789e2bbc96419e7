/*
 * The native yardstick of the benchmarks: reads a text log once, finds every number in it (decimal or 0x hex) and
 * folds it into a checksum. It does the reading part of a replay's work and none of the model's.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

int main(int argc, char **argv)
{
    static unsigned char buffer[CHUNK];
    uint64_t sum = 0, numbers = 0, lines = 0, value = 0;
    int in_number = 0, hex = 0, in_word = 0;
    ssize_t got;
    int file = argc > 1 ? open(argv[1], O_RDONLY) : 0;

    if (file < 0) {
        perror(argv[1]);
        return 2;
    }
    while ((got = read(file, buffer, CHUNK)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            unsigned char c = buffer[i];
            unsigned digit = c - '0';

            if (in_number && digit < 10)
                value = hex ? value << 4 | digit : value * 10 + digit;
            else if (in_number && hex && (c | 32) >= 'a' && (c | 32) <= 'f')
                value = value << 4 | ((c | 32) - 'a' + 10);
            else if (in_number && c == 'x' && value == 0)
                hex = 1;
            else {
                if (in_number) {
                    sum = (sum ^ value) * 0x100000001b3u;
                    numbers++;
                    in_number = 0;
                }
                in_word = (c | 32) >= 'a' && (c | 32) <= 'z';
                lines += c == '\n';
                if (!in_word && digit < 10) {
                    in_number = 1;
                    hex = 0;
                    value = digit;
                }
            }
        }
    }
    printf("%llu lines %llu numbers %016llx\n", (unsigned long long)lines, (unsigned long long)numbers,
           (unsigned long long)sum);
    return 0;
}
