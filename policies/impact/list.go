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
		l.blocks = append(l.blocks, make([]T, 0, blockSize))
	}
	last := &l.blocks[len(l.blocks)-1]
	*last = append(*last, e)
	l.count++
}
