// A guest without an operating system that writes a word into memory which it shares with another guest, waits for the
// other's word, and says so on the emulated UART. boot-guests.ts assembles it twice: WINDOW, MINE, THEIRS, OWN, OTHER, TEXT.
.globl _head
_head:
	b start
	.long 0
	.quad 0                 // text_offset
	.quad 0x100000          // image_size
	.quad 0xa               // flags: 4 KiB pages, anywhere
	.quad 0, 0, 0
	.ascii "ARM\x64"
	.long 0
start:
	ldr x1, =WINDOW
	ldr x2, =MINE
	ldr x3, =THEIRS
	str x2, [x1, #OWN]
	dsb sy
wait:
	ldr x4, [x1, #OTHER]
	cmp x4, x3
	b.ne wait
	adr x0, text
	ldr x5, =UART
print:
	ldrb w6, [x0], #1
	cbz w6, done
	strb w6, [x5]
	b print
done:
	wfi
	b done
text:
	.asciz TEXT
	.ltorg
	.balign 4096
