// SPDX-License-Identifier: GPL-2.0
/* Linux's dma:* trace events (6.12 and later), found by name: older kernels have none of them. */
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "capture.h"

static const char *direction_name(enum dma_data_direction dir)
{
	return dir == DMA_TO_DEVICE ? "TO_DEVICE" : dir == DMA_FROM_DEVICE ? "FROM_DEVICE" : "BIDIRECTIONAL";
}

static void begin(struct device *dev, const char *op, enum dma_data_direction dir)
{
	log_begin();
	log_text(",\"ev\":\"dma\"");
	log_task();
	log_text(",\"op\":\"%s\",\"dir\":\"%s\",\"dev\":\"%s\",\"segments\":[", op, direction_name(dir), dev_name(dev));
}

static void end(unsigned int shown, unsigned int total)
{
	log_text("],\"shown\":%u,\"total\":%u", shown, total);
	log_end();
}

static void on_map(void *data, struct device *dev, phys_addr_t phys, dma_addr_t bus, size_t size,
		   enum dma_data_direction dir, unsigned long attrs)
{
	begin(dev, "map", dir);
	log_text("{\"phys\":\"0x%llx\",\"bus\":\"0x%llx\",\"size\":%zu}", (u64)phys, (u64)bus, size);
	end(1, 1);
}

static void on_unmap(void *data, struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		     unsigned long attrs)
{
	begin(dev, "unmap", dir);
	log_text("{\"bus\":\"0x%llx\",\"size\":%zu}", (u64)bus, size);
	end(1, 1);
}

static void list(struct device *dev, const char *op, struct scatterlist *sgl, int count, enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i, shown = min(count, LIST_MAX);

	begin(dev, op, dir);
	for_each_sg(sgl, sg, shown, i)
		log_text("%s{\"phys\":\"0x%llx\",\"bus\":\"0x%llx\",\"size\":%u}", i ? "," : "", (u64)sg_phys(sg),
			 (u64)sg_dma_address(sg), sg_dma_len(sg));
	end(shown, count);
}

static void on_map_sg(void *data, struct device *dev, struct scatterlist *sgl, int nents, int ents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	list(dev, "map", sgl, ents, dir);
}

static void on_unmap_sg(void *data, struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	list(dev, "unmap", sgl, nents, dir);
}

static struct event {
	const char *name;
	void *probe;
	struct tracepoint *point;
} events[] = {
	{ "dma_map_page", on_map }, { "dma_unmap_page", on_unmap },
	/* The same events since Linux 6.18. */
	{ "dma_map_phys", on_map }, { "dma_unmap_phys", on_unmap },
	{ "dma_map_sg", on_map_sg }, { "dma_unmap_sg", on_unmap_sg },
};

static void find(struct tracepoint *point, void *data)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(point->name, events[i].name))
			events[i].point = point;
}

int dma_start(void)
{
	int i, found = 0;

	for_each_kernel_tracepoint(find, NULL);
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (!events[i].point)
			continue;
		if (tracepoint_probe_register(events[i].point, events[i].probe, NULL))
			events[i].point = NULL;
		else
			found++;
	}
	return found;
}

void dma_stop(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].point)
			tracepoint_probe_unregister(events[i].point, events[i].probe, NULL);
	tracepoint_synchronize_unregister();
}
