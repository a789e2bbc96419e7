// SPDX-License-Identifier: MIT
/* Real DMA to gfns whose mapping changed behind the kernel's back. */
#include "fault.h"

#define DISK "/dev/nvme0n1"
#define BLOCK 1

/* The frame behind a page that the kernel uses is given back, its gfn lent or not; the device still writes to it. */
static void read_to_hole(bool lent, const char *rules)
{
	uint8_t *page = page_new();
	uint64_t gfn = gfn_of(page);

	disk_open(DISK);
	disk_transfer(true, page, PAGE, BLOCK);
	expect("decrease", reservation(DECREASE, gfn, 0), 1);
	if (lent)
		unmap_at(gfn, map_at(gfn, 0));
	wrong(rules);
	disk_transfer(false, page, PAGE, BLOCK);
	right();
	refill(gfn);
}

void dma_to_hole(void)
{
	read_to_hole(false, "G44");
}

/* A page that was lent to a mapping is used as RAM before it is populated. */
void dma_after_unmap(void)
{
	read_to_hole(true, "G05 G44");
}

/* A grant is mapped over a page that the kernel takes for its own: the device sees the page below. */
void dma_under_grant(void)
{
	uint8_t *page = page_new();
	uint64_t gfn = gfn_of(page);
	uint32_t handle;

	disk_open(DISK);
	wrong("G04 G29");
	handle = map_at(gfn, 0);
	wrong("G17");
	disk_transfer(true, page, PAGE, BLOCK);
	right();
	unmap_at(gfn, handle);
	refill(gfn);
}

/* A frame of another domain, mapped without a grant: nothing tells its bus address. */
void dma_to_foreign(void)
{
	uint8_t *page = page_new();
	uint64_t gfn = gfn_of(page);

	disk_open(DISK);
	expect("decrease", reservation(DECREASE, gfn, 0), 1);
	map_foreign(gfn);
	wrong("G16");
	disk_transfer(true, page, PAGE, BLOCK);
	right();
	expect("remove_from_physmap", remove_from_physmap(gfn), 0);
	refill(gfn);
}

/* The kernel's own mapping is removed without the kernel: its table still names the old frame. */
void dma_stale(void)
{
	struct mapping mapping = mapping_new(granted.refs, 1, false);
	uint64_t gfn = gfn_of(mapping.pages);

	disk_open(DISK);
	unmap_at(gfn, kernel_handle(gfn));
	wrong("G44");
	disk_transfer(false, mapping.pages, PAGE, BLOCK);
	wrong("G06 G23");
	mapping_free(&mapping);
	right();
}

/* The same, and another grant comes to its place: a transfer from there breaks these rules. */
static void write_from_replaced(const char *rules)
{
	struct mapping mapping = mapping_new(granted.refs, 1, false);
	uint64_t gfn = gfn_of(mapping.pages);
	uint32_t handle;

	disk_open(DISK);
	unmap_at(gfn, kernel_handle(gfn));
	wrong("G06");
	handle = map_at(gfn, 1);
	wrong(rules);
	disk_transfer(true, mapping.pages, PAGE, BLOCK);
	right();
	unmap_at(gfn, handle);
	wrong("G23");
	mapping_free(&mapping);
	right();
}

void dma_replaced(void)
{
	write_from_replaced("G18");
}

/* The first grant is mapped elsewhere too: its bus address is live, and of another page. */
void dma_wrong_frame(void)
{
	uint64_t elsewhere = hole_new();
	uint32_t handle = map_at(elsewhere, 0);

	write_from_replaced("G45");
	unmap_at(elsewhere, handle);
	refill(elsewhere);
}

/* Two pages of one 2 MiB page in one transfer; a grant was mapped at the second. */
void dma_straddles(void)
{
	uint8_t *block = block_new();
	uint64_t second = gfn_of(block) + 1;
	uint32_t handle;

	disk_open(DISK);
	expect("decrease", reservation(DECREASE, second, 0), 1);
	handle = map_at(second, 0);
	wrong("G17 G19");
	disk_transfer(true, block, 2 * PAGE, BLOCK);
	right();
	unmap_at(second, handle);
	refill(second);
}
