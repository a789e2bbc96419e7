/*
 * Entry of an arm64 Image (Linux Documentation/arch/arm64/booting.rst): Xen loads it as it is and jumps to its start
 * with the device tree's address in x0, the MMU off, at EL1.
 */
    .section .head, "ax"
    .globl image_head
image_head:
    b       start
    .long   0
    .quad   0                       /* text_offset: Xen loads at the start of the first bank plus this */
    .quad   image_size              /* with .bss; Xen looks at the file's size only */
    .quad   0xa                     /* little endian, 4 KiB pages, may lie anywhere */
    .quad   0, 0, 0
    .long   0x644d5241              /* "ARM\x64" */
    .long   0

    .text
start:
    mov     x20, x0
    adrp    x1, bss                 /* .bss is not in the file */
    add     x1, x1, :lo12:bss
    adrp    x2, image_end
    add     x2, x2, :lo12:image_end
0:  cmp     x1, x2
    b.hs    1f
    stp     xzr, xzr, [x1], #16
    b       0b
1:  adrp    x19, image_head         /* where we are; we were linked at 0 */
    adrp    x1, relocations
    add     x1, x1, :lo12:relocations
    adrp    x2, relocations_end
    add     x2, x2, :lo12:relocations_end
2:  cmp     x1, x2                  /* R_AARCH64_RELATIVE: place, type, addend */
    b.hs    3f
    ldp     x3, x4, [x1], #16
    ldr     x5, [x1], #8
    add     x5, x5, x19
    str     x5, [x3, x19]
    b       2b
3:  adrp    x1, stack_top
    add     x1, x1, :lo12:stack_top
    mov     sp, x1
    adrp    x1, vectors
    add     x1, x1, :lo12:vectors
    msr     vbar_el1, x1
    isb
    mov     x0, x20
    bl      guest_main
4:  wfi
    b       4b

    /* Every exception ends the guest: fault() says where and shuts down. */
    .macro  vector number
    .balign 0x80
    mov     x0, #\number
    mrs     x1, esr_el1
    mrs     x2, far_el1
    mrs     x3, elr_el1
    b       fault
    .endm

    .balign 0x800
vectors:
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vector  \number
    .endr

    .bss
    .balign 16
    .skip   32768
stack_top:
