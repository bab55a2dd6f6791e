package impact

import "encoding/binary"

// octets keeps many short strings of octets in blocks: nothing that the garbage
// collector follows. Each stands behind its length.
type octets struct{ blocks [][]byte }

// place is where a string stands.
type place uint32

const (
	octetsBits   = 18
	octetsBlock  = 1 << octetsBits
	octetsPrefix = 4 // of the length
)

// keepCopy keeps a copy of b, and returns its place.
func (o *octets) keepCopy(b []byte) place {
	n, size := len(o.blocks)-1, octetsPrefix+len(b)
	if n < 0 || len(o.blocks[n]) >= octetsBlock || cap(o.blocks[n])-len(o.blocks[n]) < size {
		if n++; n >= 1<<(32-octetsBits) {
			panic("impact: AS paths of four gigabytes, no two of them alike")
		}
		block := make([]byte, 0, max(octetsBlock, size))
		if n > 0 {
			block = populatePages(block)
		}
		o.blocks = append(o.blocks, block)
	}
	block := &o.blocks[n]
	p := place(uint32(n)<<octetsBits | uint32(len(*block)))
	*block = append(binary.LittleEndian.AppendUint32(*block, uint32(len(b))), b...)
	return p
}

func (o *octets) bytesAt(p place) []byte {
	from := o.blocks[p>>octetsBits][p%octetsBlock:]
	end := octetsPrefix + int(binary.LittleEndian.Uint32(from))
	return from[octetsPrefix:end:end]
}
