// SPDX-License-Identifier: MIT
/* xgt-guest: the programs of the lab's scenarios in one binary. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guest.h"

_Noreturn void fail(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fprintf(stderr, "xgt-guest: ");
	vfprintf(stderr, format, list);
	fprintf(stderr, "\n");
	va_end(list);
	exit(1);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} programs[] = {
		{ "grant", grant_main }, { "partial", partial_main }, { "disk", disk_main }, { "fault", fault_main },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned int i = 0; argc > 1 && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (!strcmp(argv[1], programs[i].name))
			return programs[i].run(argc - 1, argv + 1);
	fail("usage: xgt-guest grant|partial|disk|fault ...");
}
