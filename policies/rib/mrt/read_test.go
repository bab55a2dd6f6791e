package mrt_test

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// outcome is all that a Reader says of a file.
type outcome struct {
	Paths   []string
	Damaged string // 1 (record 2: ...)
	Unread  string
	Err     string
}

// outcomeOf reads a file, whatever is in it.
func outcomeOf(t testing.TB, from io.Reader) outcome {
	t.Helper()
	var got outcome
	r := mrt.NewReader(from)
	for p, err := range r.Paths() {
		if got.Err != "" {
			t.Errorf("after error %q: %v, %v", got.Err, p, err)
		}
		if err != nil {
			got.Err = err.Error()
			continue
		}
		got.Paths = append(got.Paths, shown(p))
	}
	report := r.Report()
	if report.Paths != len(got.Paths) {
		t.Errorf("%d paths in the report, %d yielded", report.Paths, len(got.Paths))
	}
	if report.Damaged > 0 {
		got.Damaged = fmt.Sprintf("%d (record %d: %s)", report.Damaged, report.FirstDamaged, report.FirstDamage)
	}
	for _, k := range report.Kinds {
		got.Unread += fmt.Sprintf("%d of %v; ", k.Count, k.Kind)
	}
	got.Unread = strings.TrimSuffix(got.Unread, "; ")
	return got
}

// shown is all that a path holds, what is absent left out.
func shown(p *rib.Path) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v AS%v %v", p.Prefix, p.PeerASN, p.Peer)
	if p.ID != 0 {
		fmt.Fprintf(&b, " id %d", p.ID)
	}
	fmt.Fprintf(&b, ": %v", p.ASPath)
	if want := fmt.Sprint(p.ASPath.Append(nil)); fmt.Sprint(p.Path) != want {
		fmt.Fprintf(&b, " (Path is %v, and not %s)", p.Path, want)
	}
	if p.Origin != rib.IGP {
		fmt.Fprintf(&b, " %v", p.Origin)
	}
	if p.LocalPref != 0 {
		fmt.Fprintf(&b, " local-pref %d", p.LocalPref)
	}
	if p.MED != nil {
		fmt.Fprintf(&b, " med %d", *p.MED)
	}
	for _, c := range p.Communities {
		fmt.Fprintf(&b, " %v", c)
	}
	for _, c := range p.LargeCommunities {
		fmt.Fprintf(&b, " %v", c)
	}
	if p.Since != 1000 {
		fmt.Fprintf(&b, " since %d", p.Since)
	}
	return b.String()
}

// The peers of the tests.
var (
	anna  = rib.Peer{Address: netip.MustParseAddr("192.0.2.1"), ASN: 64496}
	bert  = rib.Peer{Address: netip.MustParseAddr("192.0.2.2"), ASN: 4_200_000_001}
	clara = rib.Peer{Address: netip.MustParseAddr("2001:db8::3"), ASN: 64498}
	dora  = rib.Peer{Address: netip.MustParseAddr("2001:db8::4"), ASN: 4_200_000_002}
	all   = index(anna, bert, clara, dora)
)

// good is a record that every reader reads, and goodShown what of it.
var good = paths(ipv4, "198.51.100.0/24", entry(0, origin(rib.IGP), asPath(64496, 64500)))

const goodShown = "198.51.100.0/24 AS64496 192.0.2.1: 64496 64500"

// dump is a file made by hand, and what is to be read of it.
type dump struct {
	name string
	data []byte
	want outcome
}

func TestRead(t *testing.T) {
	for _, group := range [][]dump{wholeDumps, olderDumps, damagedDumps, emptyDumps} {
		for _, test := range group {
			t.Run(test.name, func(t *testing.T) {
				if diff := cmp.Diff(test.want, outcomeOf(t, bytes.NewReader(test.data))); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}
