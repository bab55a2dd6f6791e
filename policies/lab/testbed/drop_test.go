package testbed_test

import (
	"bytes"
	"cmp"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/exchange"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// TestDrop goes the whole way: the Spamhaus DROP lists of a day, as published,
// become listings, the listings become gobgpd's configuration, and what one
// member announces in and around every listed block reaches another, or not.
func TestDrop(t *testing.T) {
	t.Parallel()
	var listed []netip.Prefix
	var listings []*filters.Listing
	for _, name := range []string{"2021-01-26.drop.txt", "2021-01-26.dropv6.txt"} {
		text := published(t, name)
		listed = append(listed, blocks(t, text)...)
		listings = append(listings, imported(t, name, text))
	}
	announced, kinds := around(listed)
	want := slices.DeleteFunc(slices.Clone(announced), func(p netip.Prefix) bool { return isListed(listed, p) })
	t.Logf("%d blocks are listed; %d prefixes are announced (%v), %d are to pass", len(listed), len(announced), kinds,
		len(want))

	clients := testbed.MemberConfig{Import: []string{policies.ImportPolicy}, Export: []string{policies.ExportPolicy}}
	from, to := clients, clients
	from.ASN, to.ASN = 64496, 64497
	for _, p := range announced {
		from.Announce = append(from.Announce, testbed.Announcement{Prefix: p})
	}
	x := testbed.Exchange(t, testbed.Config{Policy: emitted(t, listings), Members: []testbed.MemberConfig{from, to}})
	if diff := gocmp.Diff(want, x.Members[1].Prefixes(), compare); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

// published returns a list as Spamhaus had it on the web that day.
func published(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(cmp.Or(os.Getenv("DEPEER_DATA"), "../../../../shared/data"), "lists", name))
	if err != nil {
		t.Skipf("real data is needed: %v", err)
	}
	return text
}

// blocks reads the text without anything of ours: what is before a semicolon.
func blocks(t *testing.T, text []byte) []netip.Prefix {
	t.Helper()
	var all []netip.Prefix
	for line := range strings.Lines(string(text)) {
		block, _, _ := strings.Cut(line, ";")
		if block = strings.TrimSpace(block); block != "" {
			all = append(all, netip.MustParsePrefix(block))
		}
	}
	if len(all) == 0 {
		t.Fatal("the list is empty")
	}
	return all
}

// around returns each block, half of it, what it is half of, and the other half
// of that, and how many of each are new by then; sorted.
func around(listed []netip.Prefix) ([]netip.Prefix, map[string]int) {
	var all []netip.Prefix
	seen := map[netip.Prefix]bool{}
	kinds := map[string]int{}
	add := func(kind string, p netip.Prefix) {
		if !seen[p] {
			seen[p] = true
			all = append(all, p)
			kinds[kind]++
		}
	}
	for _, b := range listed {
		add("itself", b)
		if b.Bits() < b.Addr().BitLen() {
			add("more specific", flip(netip.PrefixFrom(b.Addr(), b.Bits()+1)))
		}
		add("covering", netip.PrefixFrom(b.Addr(), b.Bits()-1).Masked())
		add("sibling", flip(b))
	}
	slices.SortFunc(all, netip.Prefix.Compare)
	return all, kinds
}

// flip returns the other half of what p is half of.
func flip(p netip.Prefix) netip.Prefix {
	a := p.Addr().AsSlice()
	last := p.Bits() - 1
	a[last/8] ^= 0x80 >> (last % 8)
	addr, _ := netip.AddrFromSlice(a)
	return netip.PrefixFrom(addr, p.Bits())
}

// isListed is what the lists mean: a listed block and everything inside it.
func isListed(listed []netip.Prefix, p netip.Prefix) bool {
	return slices.ContainsFunc(listed, func(b netip.Prefix) bool {
		return b.Bits() <= p.Bits() && b.Contains(p.Addr())
	})
}

// imported is the list as "import" writes it and "emit" reads it.
func imported(t *testing.T, name string, text []byte) *filters.Listing {
	t.Helper()
	l, diags := feed.Parse(feed.SpamhausDrop, name, text, feed.Options{Treatment: "depeer"})
	if diags.Worst() == diag.Error {
		t.Fatalf("%s: %v", name, diags)
	}
	var file bytes.Buffer
	if err := listing.Write(&file, l); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	l, diags = listing.Read(name+".yaml", file.Bytes())
	if diags.Worst() == diag.Error {
		t.Fatalf("%s, as written: %v", name, diags)
	}
	return l
}

// emitted is what "emit" makes of listings, without an exchange file.
func emitted(t *testing.T, listings []*filters.Listing) string {
	t.Helper()
	ours := exchange.Default()
	compiled, diags := filters.Compile(listings, ours.Rules(time.Date(2021, 1, 26, 0, 0, 0, 0, time.UTC)))
	if diags.Worst() == diag.Error {
		t.Fatal(diags)
	}
	text, err := gobgpconf.Encode(build.Policy(compiled, ours.Treatments, 0), gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
