package impact

// octets keeps many short strings of octets in blocks: nothing that the garbage
// collector follows.
type octets struct{ blocks [][]byte }

// span is where one of them is.
type span struct{ at, length uint32 }

const (
	octetsBits  = 18
	octetsBlock = 1 << octetsBits
)

// keep copies b.
func (o *octets) keep(b []byte) span {
	n := len(o.blocks) - 1
	if n < 0 || cap(o.blocks[n])-len(o.blocks[n]) < len(b) {
		n++
		block := make([]byte, 0, max(octetsBlock, len(b)))
		if n > 0 {
			block = populated(block)
		}
		o.blocks = append(o.blocks, block)
	}
	block := &o.blocks[n]
	s := span{uint32(n)<<octetsBits | uint32(len(*block)), uint32(len(b))}
	*block = append(*block, b...)
	return s
}

func (o *octets) of(s span) []byte {
	at := s.at % octetsBlock
	return o.blocks[s.at>>octetsBits][at : at+s.length : at+s.length]
}
