package mrt

import (
	"io"
	"sync/atomic"
)

// These bound how far unpacking runs ahead. A block stays in a processor's cache, and is large
// enough that waking the other side costs little beside it.
const (
	blockSize = 256 << 10
	blocks    = 4
)

// source counts what is read from an io.Reader.
type source struct {
	r        io.Reader
	consumed atomic.Int64
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.consumed.Add(int64(n))
	return n, err
}

// input is the unpacked octets of a file. A goroutine fills it, and runs ahead:
//
//	goroutine ── full ──► takeOctets, skipOctets
//	          ◄── free ──
type input struct {
	full  chan block
	free  chan []byte
	done  chan struct{} // closed: the reader has stopped
	ended chan struct{} // closed: the goroutine has ended

	block []byte // whole, as it goes back
	rest  []byte // of it, not yet taken
	err   error  // behind rest; nil: there is another block
	joint []byte // octets of several blocks, put together
}

// block is octets, and the error behind them.
type block struct {
	octets []byte
	err    error
}

// startUnpacking starts to unpack s. The caller must close the result.
func startUnpacking(s *source) *input {
	in := &input{
		full:  make(chan block, blocks),
		free:  make(chan []byte, blocks),
		done:  make(chan struct{}),
		ended: make(chan struct{}),
	}
	for range blocks {
		in.free <- nil // allocated when it is needed: many files are small
	}
	go func() {
		defer close(in.ended)
		in.fillBlocks(s)
	}()
	return in
}

// close waits until the goroutine has ended.
func (in *input) close() {
	close(in.done)
	<-in.ended
}

// fillBlocks sends blocks until there is an error, as there is at the end.
func (in *input) fillBlocks(s *source) {
	r, err := newUnpacker(s)
	for {
		var octets []byte
		select {
		case octets = <-in.free:
		case <-in.done:
			return
		}
		if octets == nil {
			octets = make([]byte, blockSize)
		}
		n := 0
		for err == nil && n < len(octets) {
			var more int
			more, err = r.Read(octets[n:])
			n += more
		}
		select {
		case in.full <- block{octets[:n], err}:
		case <-in.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// takeBlock takes the next block. It returns false if there is none.
func (in *input) takeBlock() bool {
	if in.err != nil {
		return false
	}
	if in.block != nil {
		in.free <- in.block[:cap(in.block)] // has room for all there are
	}
	b := <-in.full
	in.block, in.rest, in.err = b.octets, b.octets, b.err
	return true
}

// takeOctets returns the next n octets, valid until the next call. It returns io.EOF if
// no octet is left, and io.ErrUnexpectedEOF if there are fewer than n.
func (in *input) takeOctets(n int) ([]byte, error) {
	if n <= len(in.rest) {
		octets := in.rest[:n:n]
		in.rest = in.rest[n:]
		return octets, nil
	}
	return in.joinBlocks(n)
}

// joinBlocks returns the next n octets across blocks. It allocates only as much as there are
// octets.
func (in *input) joinBlocks(n int) ([]byte, error) {
	in.joint = append(in.joint[:0], in.rest...)
	in.rest = nil
	for len(in.joint) < n {
		if !in.takeBlock() {
			return nil, in.endingError(len(in.joint) > 0)
		}
		some := min(n-len(in.joint), len(in.rest))
		in.joint = append(in.joint, in.rest[:some]...)
		in.rest = in.rest[some:]
	}
	return in.joint, nil
}

// skipOctets skips n octets. Its errors are those of takeOctets.
func (in *input) skipOctets(n uint32) error {
	left, some := int64(n), false
	for int64(len(in.rest)) < left {
		left -= int64(len(in.rest))
		some = some || len(in.rest) > 0
		in.rest = nil
		if !in.takeBlock() {
			return in.endingError(some)
		}
	}
	in.rest = in.rest[left:]
	return nil
}

// endingError returns the error at the end of the input, in the middle of something or not.
func (in *input) endingError(middle bool) error {
	if middle && in.err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return in.err
}
