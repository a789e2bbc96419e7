/* A virtio block device on virtio-mmio (version 2), one request at a time, polled. */
#ifndef VIRTIO_BLK_H
#define VIRTIO_BLK_H

#include "board.h"

enum { SECTOR_SIZE = 512, DISK_OK = 0, DISK_TIMEOUT = -1, DISK_NONE = -2 };

/* Opens the first block device: DISK_OK or DISK_NONE. */
int disk_open(const struct board *board);
/*
 * Bytes, whole sectors of them, from or to the disk. `bus` goes to the device as it is: this is where a forgotten dev_bus_addr does its harm.
 * DISK_OK, DISK_TIMEOUT, DISK_NONE, or the device's own status, over 0.
 */
int disk_transfer(int write, uint64_t sector, uint64_t bus, uint32_t bytes);

#endif
