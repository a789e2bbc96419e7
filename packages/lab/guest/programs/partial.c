// SPDX-License-Identifier: MIT
/*
 * Batches of loopback grants of which some cannot be mapped: gntdev must refuse the whole batch, and give back what it
 * mapped of it. usage: partial
 */
#include <stdio.h>
#include <string.h>
#include "guest.h"

#define COUNT 8
#define ALL ((1U << COUNT) - 1)
/* Beyond every grant table. */
#define NO_REF 0x7fffffff

static struct grants grants;

/* Maps the batch with `bad` in place of the refs that the mask names, then the good batch. */
static void try_batch(const char *what, unsigned int mask, const uint32_t *bad)
{
	uint32_t refs[COUNT];
	struct mapping mapping;

	memcpy(refs, grants.refs, sizeof(refs));
	for (unsigned int i = 0; i < COUNT; i++)
		if (mask >> i & 1)
			refs[i] = bad[i];
	if (mapping_try(refs, COUNT, false, &mapping))
		fail("%s: gntdev maps the batch", what);
	mapping = mapping_new(grants.refs, COUNT, false);
	for (unsigned int i = 0; i < COUNT; i++) {
		sprintf((char *)grants.pages + i * PAGE, "%s %u", what, i);
		if (strcmp((char *)grants.pages + i * PAGE, (char *)mapping.pages + i * PAGE))
			fail("%s: page %u is another's", what, i);
	}
	mapping_free(&mapping);
	printf("%s: refused, and right afterwards\n", what);
}

int partial_main(int argc, char **argv)
{
	uint32_t none[COUNT], gone[COUNT];
	struct grants ended, read_only;

	(void)argc;
	(void)argv;
	grants = grants_new(COUNT);
	read_only = grants_new_read_only(COUNT);
	ended = grants_new(COUNT);
	memcpy(gone, ended.refs, sizeof(gone));
	grants_free(&ended);
	for (unsigned int i = 0; i < COUNT; i++)
		none[i] = NO_REF;
	try_batch("first-bad", 1, none);
	try_batch("last-bad", 1 << (COUNT - 1), none);
	try_batch("every-other-bad", 0x55, none);
	try_batch("all-bad", ALL, none);
	try_batch("ended", 0x18, gone);
	try_batch("read-only", 0x42, read_only.refs);
	grants_free(&read_only);
	grants_free(&grants);
	return 0;
}
