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
			block = populatePages(block)
		}
		l.blocks = append(l.blocks, block)
	}
	last := &l.blocks[len(l.blocks)-1]
	*last = append(*last, e)
	l.count++
}

// appendZeros appends n zero elements.
func (l *list[T]) appendZeros(n int) {
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

// extendLast appends to the last list; endList ends it.
func (l *lists) extendLast(numbers []uint32) { l.all = append(l.all, numbers...) }
func (l *lists) endList()                    { l.ends = append(l.ends, uint32(len(l.all))) }

// listAt returns the nth list.
func (l *lists) listAt(n uint32) []uint32 {
	from, to := uint32(0), l.ends[n]
	if n > 0 {
		from = l.ends[n-1]
	}
	return l.all[from:to:to]
}
