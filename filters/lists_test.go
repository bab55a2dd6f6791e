package filters_test

import (
	"bufio"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"depeer/filters"
)

// Real lists: at the edges of every entry, the same announcements are matched.
func TestNormaliseRealLists(t *testing.T) {
	data := os.Getenv("DEPEER_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "shared", "data")
	}
	for _, names := range [][]string{
		{"2018-02-02.drop.txt", "2018-02-02.edrop.txt"}, {"2018-02-02.dropv6.txt"},
		{"2021-01-26.drop.txt", "2021-01-26.edrop.txt"}, {"2021-01-26.dropv6.txt"},
	} {
		t.Run(strings.Join(names, "+"), func(t *testing.T) {
			var entries []filters.Entry
			for _, name := range names {
				entries = append(entries, readDROP(t, filepath.Join(data, "lists", name))...)
			}
			// As they are published, and half of them exact: then there is more to nest.
			mixed := slices.Clone(entries)
			for i := range mixed {
				if i%2 == 0 {
					mixed[i].Max = mixed[i].Min
				}
			}
			for _, in := range [][]filters.Entry{entries, mixed} {
				out := filters.Normalise(in)
				t.Logf("%d entries become %d", len(in), len(out))
				if len(out) > len(in) {
					t.Errorf("%d entries become %d", len(in), len(out))
				}
				before, after := byPrefix(in), byPrefix(out)
				for _, p := range edges(in) {
					want, _ := before.match(p)
					if all, longest := after.match(p); all != want || longest != want {
						t.Errorf("%s: matched %v instead of %v, looking at the longest %v", p, all, want, longest)
					}
				}
			}
		})
	}
}

// table is entries by their prefix.
type table map[netip.Prefix][]filters.Entry

func byPrefix(entries []filters.Entry) table {
	t := make(table)
	for _, e := range entries {
		t[e.Prefix] = append(t[e.Prefix], e)
	}
	return t
}

// match says whether p is matched by any entry, and by the longest that covers it.
func (t table) match(p netip.Prefix) (all, longest bool) {
	found := false
	for length := p.Bits(); length >= 0; length-- {
		entries := t[netip.PrefixFrom(p.Addr(), length).Masked()]
		for _, e := range entries {
			if int(e.Min) <= p.Bits() && p.Bits() <= int(e.Max) {
				all, longest = true, longest || !found
			}
		}
		found = found || len(entries) > 0
	}
	return all, longest
}

// readDROP reads the prefixes of "CIDR ; SBLnnn" lines; the reader of lists is
// in package feed and not needed here.
func readDROP(t *testing.T, file string) (entries []filters.Entry) {
	t.Helper()
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		t.Skip("no data")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cidr, _, _ := strings.Cut(lines.Text(), ";")
		if cidr = strings.TrimSpace(cidr); cidr == "" {
			continue
		}
		p := netip.MustParsePrefix(cidr)
		entries = append(entries, filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())})
	}
	if len(entries) == 0 {
		t.Fatalf("%s: no entries", file)
	}
	return entries
}

// edges returns announcements where mistakes would show: each prefix, the next
// longer and longest ones at its ends, what covers it, and its sibling.
func edges(entries []filters.Entry) (out []netip.Prefix) {
	for _, e := range entries {
		first, bits, top := e.Prefix.Addr(), e.Prefix.Bits(), e.Prefix.Addr().BitLen()
		last := lastAddr(e.Prefix)
		for _, length := range []int{bits, bits + 1, bits + 2, top} {
			if length <= top {
				out = append(out, netip.PrefixFrom(first, length).Masked(), netip.PrefixFrom(last, length).Masked())
			}
		}
		for up := 1; up <= 3 && up <= bits; up++ {
			out = append(out, netip.PrefixFrom(first, bits-up).Masked())
		}
		for _, a := range []netip.Addr{first.Prev(), last.Next()} {
			if a.IsValid() {
				out = append(out, netip.PrefixFrom(a, bits).Masked(), netip.PrefixFrom(a, top))
			}
		}
	}
	return out
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
