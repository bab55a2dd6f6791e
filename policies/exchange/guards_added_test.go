package exchange_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/exchange"
)

// asked puts lists into force whose providers get these treatments: "ours tag deprefer".
func asked(lists ...string) ([]*filters.Listing, *filters.Compiled) {
	c := &filters.Compiled{At: noon}
	var all []*filters.Listing
	for i, words := range lists {
		fields := strings.Fields(words)
		l := &filters.Listing{Name: fields[0], Source: diag.Position{File: fields[0] + ".yaml", Line: i + 2, Column: 7}}
		all = append(all, l)
		for _, treatment := range fields[1:] {
			c.Listed = append(c.Listed, filters.Listed{Listing: l, Provider: &filters.Provider{},
				State: filters.InForce, Treatment: treatment})
		}
	}
	return all, c
}

const (
	written = `treatments:
  - {name: depeer, reject: true}
  - {name: deprefer, local_pref: 50}
  - {name: tag, communities: ["64500:1"]}
`
	fault    = "over the limit of 7: with it one long announcement could end gobgpd (osrg/gobgp#2629)"
	faultAt  = "over the limit of "
	hintOpen = " (hint: limits: {max_added_bytes: "
	hintEnd  = "}, where gobgpd does not have that fault) [guard-added-bytes]"
)

// What adds too much is refused where it stands, with the number that the limit would need.
func TestGuardAddedBytes(t *testing.T) {
	member := func(choices string) string {
		return "members:\n  - {asn: 64496, addresses: [203.0.113.11], choices: {" + choices + "}}\n"
	}
	says := func(at, what, bytes string) string {
		return at + ": error: " + what + " " + fault + hintOpen + bytes + hintEnd
	}
	for name, c := range map[string]struct {
		file  string
		lists []string
		want  []string
	}{
		"the built-in treatments":           {"exchange: {asn: 64500}\n", []string{"a depeer deprefer tag"}, nil},
		"the built-in treatments of nobody": {"", []string{"a depeer deprefer tag"}, nil},
		"tag, of a 32-bit ASN": {"exchange: {asn: 4200000001}\n", []string{"a depeer deprefer", "b tag", "c tag"},
			[]string{
				says("b.yaml:3:7", "treatment tag adds up to 15 bytes to a route's attributes,", "15"),
			}},
		"tag, of a 32-bit ASN, and allowed": {"exchange: {asn: 4200000001}\nlimits: {max_added_bytes: 15}\n",
			[]string{"a tag"}, nil},
		"tag, that nobody asks for": {"exchange: {asn: 4200000001}\n", []string{"a depeer deprefer"}, nil},
		"reasons": {"exchange: {asn: 64500, reasons: 66700}\n", []string{"a depeer deprefer"}, []string{
			says("depeer.yaml:2:33", "with the reason of a treatment, what is done to a route adds up to 22 bytes "+
				"to a route's attributes,", "22"),
		}},
		"reasons, allowed": {"exchange: {asn: 64500, reasons: 66700}\nlimits: {max_added_bytes: 22}\n",
			[]string{"a depeer deprefer tag"}, nil},
		"reasons, and only refused":    {"exchange: {asn: 64500, reasons: 66700}\n", []string{"a depeer"}, nil},
		"what is written is within it": {written, nil, nil},
		"a prepend, that nobody asks for": {written + "  - {name: far, prepend: 1}\n", []string{"a depeer"}, []string{
			says("depeer.yaml:6:5", "treatment far adds a prepend, which has no bound, to a route's attributes,",
				"4096"),
		}},
		"every treatment of its own": {"treatments:\n  - {name: one, local_pref: 50, med: 1}\n  - name: two\n    " +
			"large_communities: [64500:1:1]\n", nil, []string{
			says("depeer.yaml:3:5", "treatment one adds up to 14 bytes to a route's attributes,", "14"),
			says("depeer.yaml:4:5", "treatment two adds up to 15 bytes to a route's attributes,", "15"),
		}},
		"for choosers only, and nobody chooses": {written + "  - {name: quiet, prepend: 1, towards: choosers}\n",
			[]string{"a quiet"}, nil},
		"a choice": {"exchange: {asn: 64500}\n" + member("a: deprefer"),
			[]string{"a deprefer depeer", "b tag"}, nil},
		"a choice, on top": {"exchange: {asn: 64500}\n" + member("b: deprefer"), []string{"a deprefer depeer", "b tag"},
			[]string{
				says("depeer.yaml:4:55",
					"the choice of deprefer about b, on top of treatment tag, adds up to 11 bytes "+
						"to a route's attributes,", "11"),
			}},
		"a choice, on top, by another list": {"exchange: {asn: 64500}\n" + member("a: deprefer"),
			[]string{"a tag", "b deprefer"}, []string{
				says("depeer.yaml:4:55",
					"the choice of deprefer about a, on top of treatment tag, adds up to 11 bytes "+
						"to a route's attributes,", "11"),
			}},
		"a choice to refuse": {"exchange: {asn: 64500}\n" + member("b: refuse"), []string{"b tag"}, nil},
		"a choice, of a 32-bit ASN": {"exchange: {asn: 4200000001}\n" + member("a: deprefer"), []string{"a depeer"},
			[]string{
				says("depeer.yaml:4:55", "the choice of deprefer about a adds up to 15 bytes to a route's attributes,",
					"15"),
			}},
		"a choice of what prepends": {strings.Replace(written, "local_pref: 50", "prepend: 2, towards: choosers", 1) +
			member("a: deprefer"), []string{"a depeer"}, []string{
			says("depeer.yaml:7:55", "the choice of deprefer about a adds a prepend, which has no bound, to a "+
				"route's attributes,", "4096"),
		}},
		"nothing may be added": {"exchange: {asn: 64500}\nlimits: {max_added_bytes: 0}\n",
			[]string{"a depeer deprefer"}, []string{
				strings.ReplaceAll(says("a.yaml:2:7", "treatment deprefer adds up to 7 bytes to a route's attributes,",
					"7"), faultAt+"7:", faultAt+"0:"),
			}},
	} {
		t.Run(name, func(t *testing.T) {
			x, diags := exchange.Read("depeer.yaml", []byte("version: 1\n"+c.file))
			if x == nil {
				t.Fatal(diags)
			}
			lists, compiled := asked(c.lists...)
			var got []string
			for _, d := range x.Guard(lists, compiled) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
