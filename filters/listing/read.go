package listing

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/strict"
)

// Schema is the JSON Schema (draft 2020-12) of a listing, for editors. It leaves out what only the
// reader can check: host bits, reserved space, repetition, order of days.
//
//go:embed schema.json
var Schema []byte

// Read reads a listing. It returns all diagnostics, sorted; the listing is nil if one of them is an
// Error. file is only used in positions.
func Read(file string, data []byte) (*filters.Listing, diag.List) {
	var diags diag.List
	r := &reader{}
	if root, ok := strict.Read(file, "listing", data, &diags); ok && strict.Map(root, fields, r) {
		r.fillReviews()
	}
	diags.Sort()
	if diags.Worst() == diag.Error {
		return nil, diags
	}
	digest := sha256.Sum256(data)
	r.Digest = hex.EncodeToString(digest[:])
	return &r.Listing, diags
}

// reader is a listing while it is read.
type reader struct{ filters.Listing }

var fields = []strict.Field[reader]{
	{Key: "version", Required: true, Read: readVersion},
	{Key: "list", Required: true, Read: func(r *reader, n strict.Node) { strict.Map(n, listFields, &r.Listing) }},
	{Key: "defaults", Read: func(r *reader, n strict.Node) { strict.Map(n, defaultFields, &r.Listing) }},
	{Key: "providers", Required: true, Read: readProviders},
}

func readVersion(_ *reader, n strict.Node) {
	if s, ok := n.Scalar(); ok && s != "1" {
		n.Errorf("version", "version: 1", "version %q is not one that this program reads", s)
	}
}

var listFields = []strict.Field[filters.Listing]{
	{Key: "name", Required: true, Read: func(l *filters.Listing, n strict.Node) {
		l.Source = n.Position()
		l.Name, _ = strict.Value(n, filters.ParseSlug)
	}},
	{Key: "publisher", Read: func(l *filters.Listing, n strict.Node) { l.Publisher, _ = n.Text() }},
	{Key: "updated", Read: func(l *filters.Listing, n strict.Node) {
		l.Places.Updated = filters.PlaceOf(n.Position())
		l.Updated, _ = strict.Value(n, filters.ParseMoment)
	}},
	{Key: "max_age", Read: func(l *filters.Listing, n strict.Node) {
		l.Places.MaxAge = filters.PlaceOf(n.Position())
		l.MaxAge = readSpan(n)
	}},
	{Key: "url", Read: func(l *filters.Listing, n strict.Node) { l.URL = readURL(n) }},
}

var defaultFields = []strict.Field[filters.Listing]{
	{Key: "treatment", Read: func(l *filters.Listing, n strict.Node) {
		l.Places.Treatment = filters.PlaceOf(n.Position())
		l.Treatment, _ = strict.Value(n, filters.ParseSlug)
	}},
	{Key: "review_after", Read: func(l *filters.Listing, n strict.Node) { l.ReviewAfter = readSpan(n) }},
}

// fillReviews fills in the days of review. It needs the whole file: defaults may follow the
// providers.
func (r *reader) fillReviews() {
	if r.ReviewAfter == 0 {
		return
	}
	for i := range r.Providers {
		if p := &r.Providers[i]; p.Review.IsZero() && !p.Listed.IsZero() {
			p.Review = p.Listed.Add(r.ReviewAfter)
		}
	}
}
