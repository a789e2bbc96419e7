// Package xen is what a generated package needs besides its types: all below the line "==== support" goes into it.
package xen

// ==== support

import "unsafe"

// Handle64 is a guest handle: an address in the guest's memory, 8 bytes whatever the guest's width.
type Handle64 uint64

// HandleOf gives the handle of memory that Xen reads and writes; it has to live until the hypercall is done.
func HandleOf(pointer unsafe.Pointer) Handle64 {
	return Handle64(uintptr(pointer))
}

func joinBytes(bytes []byte) uint64 {
	var value uint64
	for i, b := range bytes {
		value |= uint64(b) << (8 * i)
	}
	return value
}

func splitBytes(bytes []byte, value uint64) {
	for i := range bytes {
		bytes[i] = byte(value >> (8 * i))
	}
}
