package mrt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// later returns records as they would be so many seconds later.
func later(seconds uint32, records ...[]byte) []byte {
	all := slices.Clone(joined(records))
	for at := 0; at < len(all); at += 12 + int(binary.BigEndian.Uint32(all[at+8:])) {
		binary.BigEndian.PutUint32(all[at:], binary.BigEndian.Uint32(all[at:])+seconds)
	}
	return all
}

// TestSnapshots has files of several tables: which of them count.
func TestSnapshots(t *testing.T) {
	peers := index(rib.Peer{Address: netip.MustParseAddr("192.0.2.1"), ASN: 64496})
	one := func(origin filters.ASN) []byte {
		return paths(2, "198.51.100.0/24", entry(0, originAndPath(origin)...))
	}
	six := func(origin filters.ASN) []byte {
		return paths(4, "2001:db8::/32", entry(0, originAndPath(origin)...))
	}
	for _, test := range []struct {
		name  string
		file  []byte
		want  []filters.ASN // the last AS of each path
		older int
	}{
		{"one table", joined([][]byte{peers, one(1), six(2)}), []filters.ASN{1, 2}, 0},
		{"appended", joined([][]byte{peers, one(1), six(2), later(60, peers, one(3), six(4))}), []filters.ASN{3, 4}, 1},
		{"appended soon", joined([][]byte{peers, one(1), six(2), later(1, peers, one(3))}), []filters.ASN{3}, 1},
		{"twice", joined([][]byte{peers, one(1), later(60, peers, one(2)), later(120, peers, one(3))}),
			[]filters.ASN{3}, 2},
		{"a table for each family", joined([][]byte{peers, one(1), later(2, peers, six(2))}), []filters.ASN{1, 2}, 0},
		{"for each family, twice", joined([][]byte{peers, one(1), later(2, peers, six(2)), later(300, peers, one(3)),
			later(302, peers, six(4))}), []filters.ASN{3, 4}, 1},
		{"the other family comes first", joined([][]byte{peers, one(1), later(60, peers, six(2), one(3))}),
			[]filters.ASN{2, 3}, 1},
		{"the other family alone, after a pause", joined([][]byte{peers, one(1), later(60, peers, six(2))}),
			[]filters.ASN{2}, 1},
		{"several tables at one time", joined([][]byte{peers, one(1), peers, one(2)}), []filters.ASN{1, 2}, 0},
		{"with a clock that went back", joined([][]byte{later(60, peers, one(1)), peers, one(2)}), []filters.ASN{1, 2},
			0},
	} {
		t.Run(test.name, func(t *testing.T) {
			last := mrt.LastSnapshot(bytes.NewReader(test.file))
			if last.Older != test.older {
				t.Errorf("%d older snapshots, want %d", last.Older, test.older)
			}
			got, report, err := origins(mrt.NewSnapshotReader(bytes.NewReader(test.file), last))
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil || report.Older != test.older {
				t.Errorf("%v, report %v (-want +got)\n%s", err, report, diff)
			}
			// Without knowing, nothing out of date is taken for the whole.
			got, _, err = origins(mrt.NewReader(bytes.NewReader(test.file)))
			if appended := errors.Is(err, mrt.ErrAppended); appended != (test.older > 0) || !appended &&
				!slices.Equal(got, test.want) {
				t.Errorf("read at once: %v, %v", got, err)
			}
		})
	}
}

func originAndPath(last filters.ASN) [][]byte {
	return [][]byte{origin(rib.IGP), asPath(64496, last)}
}

func origins(r *mrt.Reader) (out []filters.ASN, report mrt.Report, err error) {
	for p, err := range r.Paths() {
		if err != nil {
			return out, r.Report(), err
		}
		last, _ := p.ASPath.Origin()
		out = append(out, last)
	}
	return out, r.Report(), nil
}

// Files that gobgpd has written: the last table of two is the one that it wrote alone.
func TestAppendedByGobgpd(t *testing.T) {
	dir := "../../../../shared/cases/mrt"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no such files here")
	}
	for name, want := range map[string]mrt.Snapshot{
		"one.dump": {Table: 1}, "now.mrt": {Table: 1}, "two.dump": {Table: 2, Older: 1},
		"appended.mrt": {Table: 2, Older: 1},
	} {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := mrt.LastSnapshot(file); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		file.Close()
	}
}
