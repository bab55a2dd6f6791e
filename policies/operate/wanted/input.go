package wanted

import (
	"slices"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/exchange"
)

// Input is the exchange, its lists, and what they match on a day.
type Input struct {
	Exchange    *exchange.Exchange
	Lists       []*filters.Listing
	Compiled    *filters.Compiled // nil where anything is invalid
	Diagnostics diag.List         // all that is said about the files, sorted
	Treatments  map[string]string // what the exchange file says of each of its lists

	Read diag.List // what reading alone said

	// Good holds the last valid versions, which stay in use where a file is invalid now; nil: there are
	// none. The errors of such a file are in Broken, and not in Diagnostics.
	Good   *LastGood
	Broken diag.List
}

// Compile finds out what the lists match at a moment, and asks the guards. x is
// the exchange, with the target's ASN where it has none of its own.
func (in *Input) Compile(at time.Time, x *exchange.Exchange) {
	in.Compiled = nil
	in.Diagnostics = slices.Clip(in.Read)
	if in.Diagnostics.Worst() != diag.Error {
		rules := x.Rules(at)
		rules.Lists = in.Treatments
		compiled, diags := filters.Compile(in.Lists, rules)
		in.Diagnostics = append(in.Diagnostics, diags...)
		if diags.Worst() != diag.Error {
			in.Exchange, in.Compiled = x, compiled
			in.Diagnostics = append(in.Diagnostics, x.Guard(in.Lists, compiled)...)
			in.Diagnostics = append(in.Diagnostics, exchange.WarnOfOldLists(in.Lists, at)...)
		}
	}
	in.Diagnostics.Sort()
}

// At returns the input as it is at another moment.
func (in *Input) At(now time.Time) *Input {
	other := *in
	other.Compile(now, in.Exchange)
	return &other
}

// Policy returns what the lists ask of a route server, members' choices included.
func (in *Input) Policy() *policies.RoutingPolicy {
	x := in.Exchange
	return build.PolicyWithChoices(in.Compiled, x.Treatments, x.ASN, x.Choices(in.Compiled))
}

// setAside moves what reading said after before from Read to Broken: a last good version is in use.
func (in *Input) setAside(before int) {
	in.Broken = append(in.Broken, in.Read[before:]...)
	in.Read = slices.Clip(in.Read[:before])
}

// addListing adds a listing, if it is valid, and its diagnostics.
func (in *Input) addListing(l *filters.Listing, diags diag.List) *filters.Listing {
	in.Read = append(in.Read, diags...)
	if l != nil {
		in.Lists = append(in.Lists, l)
	}
	return l
}

// Size counts what the lists hold, as they say it.
func (in *Input) Size() (providers, prefixes, asns int) {
	for _, l := range in.Lists {
		providers += len(l.Providers)
		for i := range l.Providers {
			prefixes += len(l.Providers[i].Prefixes)
			asns += len(l.Providers[i].ASNs)
		}
	}
	return providers, prefixes, asns
}
