package mrt

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"io"

	"github.com/klauspost/compress/gzip"
)

// newUnpacker returns a reader of r unpacked. It tells by content how r is packed; an input
// too short to tell is not packed.
func newUnpacker(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	start, err := buffered.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		return gzip.NewReader(buffered)
	case bytes.HasPrefix(start, []byte("BZh")):
		return bzip2.NewReader(buffered), nil
	default:
		return buffered, nil
	}
}
