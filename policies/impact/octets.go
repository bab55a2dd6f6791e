package impact

// octets keeps many short strings of octets in blocks: nothing that the garbage
// collector follows.
type octets struct{ blocks [][]byte }

// place is where one of them is.
type place struct{ at, length uint32 }

const (
	octetsBits  = 18
	octetsBlock = 1 << octetsBits
)

// keepCopy keeps a copy of b, and returns its place.
func (o *octets) keepCopy(b []byte) place {
	n := len(o.blocks) - 1
	if n < 0 || len(o.blocks[n]) >= octetsBlock || cap(o.blocks[n])-len(o.blocks[n]) < len(b) {
		if n++; n >= 1<<(32-octetsBits) {
			panic("impact: AS paths of four gigabytes, no two of them alike")
		}
		block := make([]byte, 0, max(octetsBlock, len(b)))
		if n > 0 {
			block = populatePages(block)
		}
		o.blocks = append(o.blocks, block)
	}
	block := &o.blocks[n]
	p := place{uint32(n)<<octetsBits | uint32(len(*block)), uint32(len(b))}
	*block = append(*block, b...)
	return p
}

func (o *octets) bytesAt(p place) []byte {
	at := p.at % octetsBlock
	return o.blocks[p.at>>octetsBits][at : at+p.length : at+p.length]
}
