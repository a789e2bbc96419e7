/* Virtio 1.2, sections 2.7 (split virtqueue), 4.2 (MMIO), 5.2 (block device). */
#include "virtio-blk.h"

#define QUEUE_SIZE 8
#define SECONDS_MAX 10 /* a bad address may never be answered; an emulator on a busy machine takes its time */

enum { MAGIC = 0x00, VERSION = 0x04, DEVICE_ID = 0x08, DRIVER_FEATURES = 0x20, DRIVER_FEATURES_SEL = 0x24, QUEUE_SEL = 0x30,
       QUEUE_NUM = 0x38, QUEUE_READY = 0x44, QUEUE_NOTIFY = 0x50, INTERRUPT_STATUS = 0x60, INTERRUPT_ACK = 0x64, STATUS = 0x70,
       QUEUE_DESC = 0x80, QUEUE_DRIVER = 0x90, QUEUE_DEVICE = 0xa0 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { NEXT = 1, DEVICE_WRITES = 2 };

static struct {
    struct { uint64_t address; uint32_t bytes; uint16_t flags, next; } descriptors[QUEUE_SIZE];
    struct { uint16_t flags, index, ring[QUEUE_SIZE]; } driver;
    struct { uint16_t flags, index; struct { uint32_t id, bytes; } ring[QUEUE_SIZE]; } device __attribute__((aligned(4)));
    struct { uint32_t type, reserved; uint64_t sector; } header;
    volatile uint8_t status;
} queue __attribute__((aligned(4096)));

static volatile uint8_t *registers;
static uint16_t seen;

static uint32_t get(unsigned int at)
{
    return *(volatile uint32_t *)(registers + at);
}

static void set(unsigned int at, uint32_t value)
{
    __asm__ volatile("dsb sy" : : : "memory");
    *(volatile uint32_t *)(registers + at) = value;
}

static void set_address(unsigned int at, const volatile void *address)
{
    set(at, (uint32_t)(uint64_t)address);
    set(at + 4, (uint32_t)((uint64_t)address >> 32));
}

int disk_open(const struct board *board)
{
    unsigned int i;

    for (i = 0; i < board->virtio_count; i++) {
        registers = (volatile uint8_t *)board->virtio[i].start;
        if (get(MAGIC) == 0x74726976 && get(VERSION) == 2 && get(DEVICE_ID) == 2)
            break;
    }
    if (i == board->virtio_count) {
        registers = 0;
        return DISK_NONE;
    }
    set(STATUS, 0);
    set(STATUS, ACKNOWLEDGE | DRIVER);
    set(DRIVER_FEATURES_SEL, 1);
    set(DRIVER_FEATURES, 1); /* VIRTIO_F_VERSION_1 */
    set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    set(QUEUE_SEL, 0);
    set(QUEUE_NUM, QUEUE_SIZE);
    set_address(QUEUE_DESC, queue.descriptors);
    set_address(QUEUE_DRIVER, &queue.driver);
    set_address(QUEUE_DEVICE, &queue.device);
    set(QUEUE_READY, 1);
    set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    return DISK_OK;
}

static uint64_t ticks(void)
{
    uint64_t value;

    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value));
    return value;
}

static uint64_t ticks_per_second(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
    return value;
}

int disk_transfer(int write, uint64_t sector, uint64_t bus, uint32_t bytes)
{
    uint64_t limit;

    if (!registers)
        return DISK_NONE;
    queue.header.type = write ? 1 : 0;
    queue.header.sector = sector;
    queue.status = 0xff;
    queue.descriptors[0].address = (uint64_t)&queue.header;
    queue.descriptors[0].bytes = sizeof(queue.header);
    queue.descriptors[0].flags = NEXT;
    queue.descriptors[0].next = 1;
    queue.descriptors[1].address = bus;
    queue.descriptors[1].bytes = bytes;
    queue.descriptors[1].flags = write ? NEXT : NEXT | DEVICE_WRITES;
    queue.descriptors[1].next = 2;
    queue.descriptors[2].address = (uint64_t)&queue.status;
    queue.descriptors[2].bytes = 1;
    queue.descriptors[2].flags = DEVICE_WRITES;
    queue.driver.ring[queue.driver.index % QUEUE_SIZE] = 0;
    __asm__ volatile("dmb sy" : : : "memory");
    queue.driver.index++;
    limit = ticks() + SECONDS_MAX * ticks_per_second();
    set(QUEUE_NOTIFY, 0);
    while (*(volatile uint16_t *)&queue.device.index == seen)
        if (ticks() > limit)
            return DISK_TIMEOUT;
    __asm__ volatile("dmb sy" : : : "memory");
    seen++;
    set(INTERRUPT_ACK, get(INTERRUPT_STATUS));
    return queue.status;
}
