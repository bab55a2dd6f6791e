package filters

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
)

// block is the form of an Entry that this package computes with: small, without pointers, and the
// same for both families. The address fills 128 bits from the left.
type block struct {
	hi, lo         uint64
	bits, min, max uint8
	ref            uint32 // its meaning is its maker's
}

// newBlock returns the block of an entry, without the lengths that no announcement inside its
// prefix can have. It is not ok if no length is left.
func newBlock(p netip.Prefix, low, high uint8, ref uint32) (b block, ok bool) {
	b = block{bits: uint8(p.Bits()), min: low, max: high, ref: ref}
	b.min = max(b.min, b.bits)
	b.max = min(b.max, uint8(p.Addr().BitLen()))
	if p.Addr().Is4() {
		a := p.Addr().As4()
		b.hi = uint64(binary.BigEndian.Uint32(a[:])) << 32
	} else {
		a := p.Addr().As16()
		b.hi, b.lo = binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])
	}
	return b, b.min <= b.max
}

// toEntry returns the entry of a block, in the family whose longest length is top.
func (b block) toEntry(top uint8) Entry {
	var addr netip.Addr
	if top == 32 {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(b.hi>>32))
		addr = netip.AddrFrom4(a)
	} else {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:8], b.hi)
		binary.BigEndian.PutUint64(a[8:], b.lo)
		addr = netip.AddrFrom16(a)
	}
	return Entry{netip.PrefixFrom(addr, int(b.bits)), b.min, b.max}
}

// commonBits returns how many leading bits the addresses of b and c share.
func (b block) commonBits(c block) uint8 {
	if d := b.hi ^ c.hi; d != 0 {
		return uint8(bits.LeadingZeros64(d))
	}
	return uint8(64 + bits.LeadingZeros64(b.lo^c.lo))
}

// covers says whether c's prefix is inside b's, or equal to it.
func (b block) covers(c block) bool { return b.bits <= c.bits && b.commonBits(c) >= b.bits }

// isSibling says whether the prefixes of b and c are the two halves of another.
func (b block) isSibling(c block) bool {
	return b.bits == c.bits && b.bits > 0 && b.commonBits(c) == b.bits-1
}

// bitAt returns the bit of the address at n, counted from the left and from 0.
func (b block) bitAt(n uint8) int {
	if n < 64 {
		return int(b.hi >> (63 - n) & 1)
	}
	return int(b.lo >> (127 - n) & 1)
}

// truncateTo returns the prefix of length n that covers b's.
func (b block) truncateTo(n uint8) block {
	switch {
	case n == 0:
		b.hi, b.lo = 0, 0
	case n <= 64:
		b.hi, b.lo = b.hi&(^uint64(0)<<(64-n)), 0
	default:
		b.lo &= ^uint64(0) << (128 - n)
	}
	b.bits = n
	return b
}

// half returns the left (0) or the right (1) half of b's prefix.
func (b block) half(right int) block {
	if b.bits < 64 {
		b.hi |= uint64(right) << (63 - b.bits)
	} else {
		b.lo |= uint64(right) << (127 - b.bits)
	}
	b.bits++
	return b
}

// compareBlocks orders by address, length and range.
func compareBlocks(a, b block) int {
	if c := compareAddresses(a, b); c != 0 {
		return c
	}
	return cmp.Compare(a.lengthKey(), b.lengthKey())
}

// lengthKey returns the length and the range as one number, to compare by.
func (b *block) lengthKey() uint64 { return uint64(b.bits)<<16 | uint64(b.min)<<8 | uint64(b.max) }

func compareAddresses(a, b block) int {
	if a.hi != b.hi {
		return cmp.Compare(a.hi, b.hi)
	}
	return cmp.Compare(a.lo, b.lo)
}

// sortBlocks sorts by address, length and range, and keeps the order of equal blocks. Sorted input
// costs one pass.
func sortBlocks(blocks []block) []block {
	const few = 512 // where a radix sort begins to pay
	switch {
	case slices.IsSortedFunc(blocks, compareBlocks):
	case len(blocks) < few:
		slices.SortStableFunc(blocks, compareBlocks)
	default:
		return radixSort(blocks)
	}
	return blocks
}

// radixSort sorts by the bytes of the address, the last byte first, and skips bytes that are equal
// in all blocks. Then it sorts the blocks of each address.
func radixSort(blocks []block) []block {
	var differ block
	for i := range blocks {
		differ.lo |= blocks[i].lo ^ blocks[0].lo
		differ.hi |= blocks[i].hi ^ blocks[0].hi
	}
	other := make([]block, len(blocks))
	for place := range 16 {
		if differ.byteAt(place) != 0 {
			sortByte(other, blocks, place)
			blocks, other = other, blocks
		}
	}
	for i := 0; i < len(blocks); {
		n := 1
		for i+n < len(blocks) && compareAddresses(blocks[i], blocks[i+n]) == 0 {
			n++
		}
		if n > 1 {
			slices.SortStableFunc(blocks[i:i+n], compareBlocks)
		}
		i += n
	}
	return blocks
}

// sortByte copies blocks to out, sorted by one byte; blocks with the same byte keep their order.
func sortByte(out, blocks []block, place int) {
	var start [256]int
	for i := range blocks {
		start[blocks[i].byteAt(place)]++
	}
	sum := 0
	for i, n := range start {
		start[i], sum = sum, sum+n
	}
	for i := range blocks {
		at := &start[blocks[i].byteAt(place)]
		out[*at] = blocks[i]
		*at++
	}
}

// byteAt returns a byte of the address, counted from the last.
func (b *block) byteAt(place int) uint8 {
	if place < 8 {
		return uint8(b.lo >> (8 * place))
	}
	return uint8(b.hi >> (8*place - 64))
}
