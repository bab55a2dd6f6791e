package impact

// numbers finds the number of a thing by its hash: an open hash table of numbers, at
// most three quarters filled. The things themselves are elsewhere, in the order of their
// numbers; a table of millions holds nothing that the garbage collector follows.
type numbers struct {
	slots []slot // a power of two
	count int
}

// slot is empty where its number is 0; numbers are counted from 1 in it.
type slot struct{ hash, number uint32 }

// newNumbers returns a table with room for n.
func newNumbers(n int) numbers {
	room := 1 << 12
	for 3*room < 4*n {
		room *= 2
	}
	return numbers{slots: make([]slot, room)}
}

// findNumber returns the number of what has the hash and is equal.
func (n *numbers) findNumber(hash uint32, equal func(number uint32) bool) (number uint32, found bool) {
	if len(n.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(n.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := n.slots[i]
		if s.number == 0 {
			return 0, false
		}
		if s.hash == hash && equal(s.number-1) {
			return s.number - 1, true
		}
	}
}

// firstCandidate returns the first number to compare for a hash, counted from 1; 0: none.
func (n *numbers) firstCandidate(hash uint32) uint32 {
	if len(n.slots) == 0 {
		return 0
	}
	if s := n.slots[hash&uint32(len(n.slots)-1)]; s.hash == hash {
		return s.number
	}
	return 0
}

// addNumber adds a number, which must not be there.
func (n *numbers) addNumber(hash, number uint32) {
	if 4*(n.count+1) > 3*len(n.slots) {
		old := n.slots
		times := 4 // what is copied is less than a third of all; of a large table it is memory that counts
		if len(old) >= 1<<18 {
			times = 2
		}
		n.slots = populatePages(make([]slot, max(1<<12, times*len(old))))
		for _, s := range old {
			if s.number != 0 {
				n.putSlot(s)
			}
		}
	}
	n.count++
	n.putSlot(slot{hash, number + 1})
}

func (n *numbers) putSlot(s slot) {
	mask := uint32(len(n.slots) - 1)
	i := s.hash & mask
	for n.slots[i].number != 0 {
		i = (i + 1) & mask
	}
	n.slots[i] = s
}
