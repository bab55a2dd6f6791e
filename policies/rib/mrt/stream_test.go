package mrt_test

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// many is a dump of n paths, each of two to a prefix.
func many(n int) []byte {
	record := paths(ipv4, "198.51.100.0/24",
		entry(0, origin(rib.IGP), asPath(64496, 64500), attr(4, uint32(1)), attr(8, uint32(1), uint32(2))),
		entry(2, origin(rib.IGP), attr(2, segment4(rib.ASSequence, 64498), segment4(rib.ASSet, 1, 2)),
			attr(32, uint32(1), uint32(2), uint32(3))))
	return octets(all, slices.Repeat(record, n/2))
}

// watched fails the test where a Read comes too late.
type watched struct {
	t      *testing.T
	r      io.Reader
	closed atomic.Bool
}

func (w *watched) Read(p []byte) (int, error) {
	if w.closed.Load() {
		w.t.Error("read after the loop has ended")
	}
	return w.r.Read(p)
}

// The bubble of synctest fails the test if a goroutine is left in it.
func TestALoopThatIsLeftLeavesNothing(t *testing.T) {
	data := many(200_000) // more than is read ahead
	for name, data := range map[string][]byte{"plain": data, "gzip": gzipped(data), "small": some} {
		for _, after := range []int{1, 2, 1001} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					file := &watched{t: t, r: bytes.NewReader(data)}
					r := mrt.NewReader(file)
					n := 0
					for _, err := range r.Paths() {
						if err != nil {
							t.Fatal(err)
						}
						if n++; n == after {
							break
						}
					}
					file.closed.Store(true)
					synctest.Wait()
					if want := min(n, after); r.Report().Paths != want {
						t.Errorf("%d paths in the report, want %d", r.Report().Paths, want)
					}
				})
			})
		}
	}
}

// The same for a loop that is left by a panic, and while a Read has yet to return.
func TestALoopThatIsLeftWaitsForTheRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		go func() {
			out.Write(many(10_000)) // more than a block, and less than is read ahead
			time.Sleep(time.Hour)   // of the bubble's clock
			out.Close()
		}()
		began := time.Now()
		func() {
			defer func() { recover() }()
			for range mrt.NewReader(in).Paths() {
				synctest.Wait() // until it waits in Read
				panic("enough")
			}
		}()
		if waited := time.Since(began); waited != time.Hour {
			t.Errorf("left after %v", waited)
		}
	})
}

func TestADumpIsReadOnce(t *testing.T) {
	r := mrt.NewReader(bytes.NewReader(some))
	for range r.Paths() {
	}
	var got []string
	for p, err := range r.Paths() {
		if p != nil {
			t.Errorf("a path: %v", p)
		}
		got = append(got, err.Error())
	}
	if diff := cmp.Diff([]string{"a dump is read once"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestConsumedIsAllInTheEnd(t *testing.T) {
	for _, data := range [][]byte{some, gzipped(some), gzipped(some, some), someBzip2, many(50_000),
		gzipped(many(50_000))} {
		r := mrt.NewReader(bytes.NewReader(data))
		last := r.Consumed()
		for range r.Paths() {
			if now := r.Consumed(); now < last || now > int64(len(data)) {
				t.Fatalf("%d of %d, after %d", now, len(data), last)
			} else {
				last = now
			}
		}
		if r.Consumed() != int64(len(data)) {
			t.Errorf("%d of %d", r.Consumed(), len(data))
		}
	}
}

func TestReport(t *testing.T) {
	r := mrt.NewReader(bytes.NewReader(octets(record(16, 4), all, good, paths(ipv4, "192.0.2.0/24", entry(9)), good)))
	var during []mrt.Report
	for range r.Paths() {
		during = append(during, r.Report())
	}
	unread := []mrt.KindCount{{Kind: mrt.Kind{Type: 16, Subtype: 4}, Count: 1}}
	first := mrt.Report{Records: 3, Paths: 1, Taken: time.Unix(dumped, 0).UTC(), Unread: 1, Kinds: unread}
	last := mrt.Report{
		Records: 5, Paths: 2, Taken: first.Taken, Unread: 1, Kinds: unread,
		Damaged: 1, FirstDamaged: 4, FirstDamage: "a peer that is not in the peer index table",
	}
	if diff := cmp.Diff([]mrt.Report{first, last}, during); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want := "5 records, 2 paths, 1 damaged (first record 4: a peer that is not in the peer index table), 1 not read " +
		"(1 of type 16 subtype 4 (BGP4MP, updates))"
	if diff := cmp.Diff(want, r.Report().String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// However little a Read returns, the same is read.
func TestReadsOfAnySize(t *testing.T) {
	for name, data := range map[string][]byte{"plain": many(4_000), "gzip": gzipped(many(4_000))} { // more than a block
		want := outcomeOf(t, bytes.NewReader(data))
		for size, file := range map[string]io.Reader{
			"one byte": iotest.OneByteReader(bytes.NewReader(data)), "half": iotest.HalfReader(bytes.NewReader(data)),
			"error with data": iotest.DataErrReader(bytes.NewReader(data)),
		} {
			if diff := cmp.Diff(want, outcomeOf(t, file)); diff != "" {
				t.Errorf("%s, %s: (-want +got)\n%s", name, size, diff)
			}
		}
	}
}

func TestNothingIsAllocatedForAPath(t *testing.T) {
	allocations := func(n int) float64 {
		data := many(n)
		return testing.AllocsPerRun(2, func() {
			for _, err := range mrt.NewReader(bytes.NewReader(data)).Paths() {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if few, more := allocations(40_000), allocations(120_000); more > few+10 {
		t.Errorf("%v allocations for 40,000 paths, %v for 120,000", few, more)
	}
}

// Lengths that are lies, and files that unpack to a thousand times their size.
func TestMemoryIsBounded(t *testing.T) {
	damagedOnly := octets(all, slices.Repeat(paths(ipv4, "192.0.2.0/24", entry(9)), 100_000))
	for name, data := range map[string][]byte{
		"16 MiB promised":         octets(uint32(0), uint16(13), uint16(2), uint32(16<<20), "not kept"),
		"4 GiB promised":          octets(uint32(0), uint16(13), uint16(2), uint32(0xffff_ffff), "not kept"),
		"65,535 peers promised":   record(13, 1, uint32(0), uint16(0), uint16(0xffff)),
		"65,535 entries promised": octets(all, record(13, 2, uint32(0), uint8(0), uint16(0xffff))),
		"zeros":                   gzipped(make([]byte, 16<<20)),
		"damaged records only":    damagedOnly,
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for p, err := range mrt.NewReader(bytes.NewReader(data)).Paths() {
				if err == nil {
					t.Errorf("a path: %v", p)
				}
			}
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 3<<20 {
				t.Errorf("%d KiB allocated", used>>10)
			}
		})
	}
}
