package impact

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// What a table is made of: octets, numbers, lists.

func TestOctets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o octets
		var kept [][]byte
		var places []place
		keep := func(b []byte) { kept, places = append(kept, b), append(places, o.keepCopy(b)) }
		for i, n := range rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 22, 4000, octetsBlock / 2, octetsBlock - 1,
			octetsBlock, octetsBlock + 5}), 1, 8).Draw(t, "lengths") {
			keep(bytes.Repeat([]byte{byte(i + 1)}, n))
			keep(nil) // behind a block that is full, too
		}
		for i, p := range places {
			if got := o.bytesAt(p); !bytes.Equal(got, kept[i]) {
				t.Fatalf("string %d: %d octets, want %d", i, len(got), len(kept[i]))
			}
		}
	})
}

func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, spread := rapid.SampledFrom([]int{10, 3071, 3073, 20_000}).Draw(t, "how many"),
			rapid.SampledFrom([]uint32{0, 1, 0x9e3779b1}).Draw(t, "spread")
		if spread == 0 {
			n = min(n, 3073) // all have one hash: each is compared with all before it
		}
		var table numbers
		hash := func(number uint32) uint32 { return number * spread }
		for i := range uint32(n) {
			if _, found := table.findNumber(hash(i), func(other uint32) bool { return other == i }); found {
				t.Fatalf("%d is there before it is added", i)
			}
			table.addNumber(hash(i), i)
		}
		for i := range uint32(n) {
			if got, found := table.findNumber(hash(i), func(other uint32) bool { return other == i }); !found ||
				got != i {
				t.Fatalf("%d: got %d, %v", i, got, found)
			}
		}
	})
}

func TestList(t *testing.T) {
	var l list[uint32]
	for i := range uint32(3*blockSize + 1) {
		if l.add(i); l.len() != int(i)+1 {
			t.Fatalf("%d elements, want %d", l.len(), i+1)
		}
	}
	for i := range uint32(l.len()) {
		if *l.at(i) != i {
			t.Fatalf("element %d is %d", i, *l.at(i))
		}
	}
}
