package mrt_test

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"testing"

	"depeer/filters"
	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// FuzzRead holds the reader to its promises, whatever is in a file.
func FuzzRead(f *testing.F) {
	for _, group := range [][]dump{wholeDumps, olderDumps, damagedDumps, emptyDumps} {
		for _, d := range group {
			if len(d.data) < 1<<16 {
				f.Add(d.data)
			}
		}
	}
	f.Add(gzipped(some, some))
	f.Add(someBzip2)
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := mrt.NewReader(bytes.NewReader(data))
		n, failed := 0, error(nil)
		for p, err := range r.Paths() {
			if failed != nil || (p == nil) != (err != nil) {
				t.Fatalf("%v, %v after %v", p, err, failed)
			}
			if failed = err; err == nil {
				n++
				sound(t, p)
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 96<<20 {
			t.Errorf("%d MiB allocated", used>>20)
		}
		appended := errors.Is(failed, mrt.ErrAppended) // what stood first is not looked at
		if errors.Is(failed, mrt.ErrNoRoute) != (n == 0) && !appended {
			t.Errorf("%v with %d paths", failed, n)
		}
		report := r.Report()
		if report.Paths != n || report.Damaged+report.Unread > report.Records ||
			(report.FirstDamaged > 0) != (report.Damaged > 0) ||
			(report.FirstDamage != "") != (report.Damaged > 0) || report.FirstDamaged > report.Records ||
			(len(report.Kinds) > 0) != (report.Unread > 0) {
			t.Errorf("%d paths, %+v", n, report)
		}
	})
}

// sound checks what rib.Path promises.
func sound(t *testing.T, p *rib.Path) {
	if !p.Prefix.IsValid() || p.Prefix != p.Prefix.Masked() || !p.Peer.IsValid() {
		t.Errorf("prefix %v of peer %v", p.Prefix, p.Peer)
	}
	if _, err := rib.ParseASPath(p.ASPath); err != nil {
		t.Errorf("%x: %v", []byte(p.ASPath), err)
	} else if want := p.ASPath.Append(make([]filters.ASN, 0)); !slices.Equal(want, p.Path) {
		t.Errorf("%v is %v, and not %v", p.ASPath, p.Path, want)
	}
	if p.Origin > rib.Incomplete {
		t.Errorf("origin %v", p.Origin)
	}
}
