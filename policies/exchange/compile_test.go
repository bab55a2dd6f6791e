package exchange_test

import (
	"testing"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/exchange"
)

// TestGuardCompiled guards what filters.Compile makes: protected space does not count,
// exceptions and expiry take a provider out, but for row 1 of FAULTS.md.
func TestGuardCompiled(t *testing.T) {
	const list = "lists: []\n"
	for _, test := range []struct {
		name    string
		file    string
		entries []string
		want    []string
	}{
		{"within limits", list, []string{"20.0.0.0/8", "AS64999"}, nil},
		{"over max_covered", list, []string{"20.0.0.0/8", "21.0.0.0/8", "22.0.0.0/8"}, []string{"guard-max-covered"}},
		{"over max_covered, but for protected space", "protect: {prefixes: [21.0.0.0/8]}\n",
			[]string{"20.0.0.0/8", "21.0.0.0/8", "22.0.0.0/8"}, nil},
		{"excepted", "except: [{list: example-ix-listed, provider: example-hosting}]\n",
			[]string{"12.0.0.0/7", "AS701 path"}, nil},
		{"excepted, and everything", "except: [{list: example-ix-listed, provider: example-hosting}]\n",
			[]string{"0.0.0.0/0"}, []string{"guard-everything"}},
		{"everything", list, []string{"0.0.0.0/0 wide"}, []string{"guard-max-covered", "guard-everything"}},
		{"path through a protected member", ix + "protect: {asns: [64496]}\n", []string{"AS64496 path"},
			[]string{"guard-path-match"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ex := read(t, test.file)
			lists := []*filters.Listing{listing(t, test.entries...)}
			c, diags := filters.Compile(lists, ex.Rules(noon))
			if diags.Worst() == diag.Error {
				t.Fatal(diags)
			}
			got := ex.Guard(lists, c)
			var codes []string
			for _, d := range got {
				codes = append(codes, d.Code)
			}
			if len(codes) != len(test.want) {
				t.Fatalf("want %v, got %v", test.want, got)
			}
			for i := range codes {
				if codes[i] != test.want[i] {
					t.Errorf("want %v, got %v", test.want, got)
				}
			}
		})
	}
}

// TestInert: the built-in tag is a community of the exchange, and nothing without its ASN.
func TestInert(t *testing.T) {
	l := listing(t, "20.0.0.0/16")
	l.Providers[0].Treatment = "tag"
	for _, test := range []struct {
		name string
		ex   *exchange.Exchange
		want string
	}{
		{"no ASN", exchange.Default(), "list.yaml:2:7: warning: example-ix-listed: nothing happens to 1 of 1 " +
			"providers: tag is a community of the exchange, whose ASN is not known (hint: exchange: {asn: ...} in " +
			"the exchange file) [listing-inert]"},
		{"the target's ASN", exchange.Default().WithASN(64500), ""},
		{"its own ASN", read(t, ix), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, diags := filters.Compile([]*filters.Listing{l}, test.ex.Rules(noon))
			if len(diags) != 0 {
				t.Fatal(diags)
			}
			got := ""
			for _, d := range test.ex.Inert(c) {
				got += d.String()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
