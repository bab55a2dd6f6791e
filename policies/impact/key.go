package impact

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// key is a prefix without what netip needs besides.
type key struct {
	high, low uint64
	bits      uint8
	is6       bool
}

func keyOf(p netip.Prefix) key {
	if a := p.Addr(); a.Is4() {
		b := a.As4()
		return key{high: uint64(binary.BigEndian.Uint32(b[:])), bits: uint8(p.Bits())}
	}
	b := p.Addr().As16()
	return key{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:]), uint8(p.Bits()), true}
}

func (k key) toPrefix() netip.Prefix {
	if !k.is6 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(k.high))
		return netip.PrefixFrom(netip.AddrFrom4(b), int(k.bits))
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], k.high)
	binary.BigEndian.PutUint64(b[8:], k.low)
	return netip.PrefixFrom(netip.AddrFrom16(b), int(k.bits))
}

func (k key) compare(l key) int {
	switch {
	case k.is6 == l.is6:
	case l.is6:
		return -1
	default:
		return 1
	}
	return cmp.Or(cmp.Compare(k.high, l.high), cmp.Compare(k.low, l.low), cmp.Compare(k.bits, l.bits))
}

// commonBits returns how many leading bits two addresses have in common.
func (k key) commonBits(l key) int {
	switch {
	case !k.is6:
		return bits.LeadingZeros32(uint32(k.high ^ l.high))
	case k.high != l.high:
		return bits.LeadingZeros64(k.high ^ l.high)
	default:
		return 64 + bits.LeadingZeros64(k.low^l.low)
	}
}

// firstBits returns the key of the first n bits.
func (k key) firstBits(n int) key {
	switch {
	case !k.is6:
		return key{k.high >> (32 - n) << (32 - n), 0, uint8(n), false}
	case n <= 64:
		return key{k.high >> (64 - n) << (64 - n), 0, uint8(n), true}
	default:
		return key{k.high, k.low >> (128 - n) << (128 - n), uint8(n), true}
	}
}

// contains says whether l is k, or inside it.
func (k key) contains(l key) bool {
	return k.is6 == l.is6 && k.bits <= l.bits && k.commonBits(l) >= int(k.bits)
}

// oneBitLonger returns the first key that is one bit longer.
func (k key) oneBitLonger() key { return key{k.high, k.low, k.bits + 1, k.is6} }

// hash mixes all bits (multiplicative hashing; the constants are odd and irrational).
func (k key) hash() uint32 {
	h := k.high*0x9e3779b97f4a7c15 ^ (k.low+uint64(k.bits)<<1)*0xc2b2ae3d27d4eb4f
	h ^= h >> 29
	return uint32(h * 0x9e3779b97f4a7c15 >> 32)
}
