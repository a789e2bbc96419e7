/* SPDX-License-Identifier: MIT */
/* Loads that may fail: Xen answers an access to a hole with a data abort, which ends here and not the guest. */
    .text
    .globl peek
peek:
    mov     w2, #0
peek_load:
    ldr     w0, [x0]
    str     w2, [x1]
    ret
peek_failed:
    mov     w2, #1
    str     w2, [x1]
    mov     w0, #0
    ret

    .globl peek_vectors_install
peek_vectors_install:
    adr     x0, peek_vectors
    msr     vbar_el1, x0
    isb
    ret

    .macro  other number
    .balign 0x80
    mov     x0, #\number
    mrs     x1, esr_el1
    mrs     x2, far_el1
    mrs     x3, elr_el1
    b       fault
    .endm

    .balign 0x800
peek_vectors:
    .irp    number, 0, 1, 2, 3
    other   \number
    .endr
    .balign 0x80                    /* synchronous, from EL1: x2 and x3 are peek's to lose */
    mrs     x2, elr_el1
    adr     x3, peek_load
    cmp     x2, x3
    b.ne    0f
    adr     x3, peek_failed
    msr     elr_el1, x3
    eret
0:  mov     x0, #4
    mrs     x1, esr_el1
    mov     x3, x2
    mrs     x2, far_el1
    b       fault
    .irp    number, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    other   \number
    .endr
