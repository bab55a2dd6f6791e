package impact

// list is a list that grows without being copied: of millions of elements, copies
// would be the most of the work, and twice the memory.
type list[T any] struct {
	blocks [][]T
	count  int
}

const (
	blockBits = 14
	blockSize = 1 << blockBits
)

func (l *list[T]) len() int { return l.count }

// at returns a pointer to an element, which stays where it is.
func (l *list[T]) at(i uint32) *T { return &l.blocks[i>>blockBits][i%blockSize] }

// add appends an element.
func (l *list[T]) add(e T) {
	if l.count%blockSize == 0 {
		block := make([]T, 0, blockSize)
		if l.count > 0 { // what has outgrown a block is large
			block = populated(block)
		}
		l.blocks = append(l.blocks, block)
	}
	last := &l.blocks[len(l.blocks)-1]
	*last = append(*last, e)
	l.count++
}

// grow appends n zero elements.
func (l *list[T]) grow(n int) {
	for range n {
		var zero T
		l.add(zero)
	}
}

// lists are many short lists of numbers, one behind the other: nothing that the garbage
// collector follows.
type lists struct{ all, ends []uint32 }

// newLists returns room for n of them.
func newLists(n int) lists { return lists{all: make([]uint32, 0, n), ends: make([]uint32, 0, n)} }

// extend appends to the list that is being made; end ends it.
func (l *lists) extend(numbers []uint32) { l.all = append(l.all, numbers...) }
func (l *lists) end()                    { l.ends = append(l.ends, uint32(len(l.all))) }

// of returns the nth list.
func (l *lists) of(n uint32) []uint32 {
	from, to := uint32(0), l.ends[n]
	if n > 0 {
		from = l.ends[n-1]
	}
	return l.all[from:to:to]
}
