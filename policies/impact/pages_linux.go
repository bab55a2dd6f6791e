package impact

import (
	"syscall"
	"unsafe"
)

// populateWrite is MADV_POPULATE_WRITE (Linux 5.14).
const populateWrite = 23

// populatePages returns b, which has not been touched, with all of its memory there. Page by page,
// as each is touched for the first time, the kernel takes twice as long to give it. One that
// does not know how does nothing.
func populatePages[T any](b []T) []T {
	octets := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b))), uintptr(cap(b))*unsafe.Sizeof(*new(T)))
	_ = syscall.Madvise(octets, populateWrite)
	return b
}
