package filters

import (
	"fmt"
	"net/netip"
	"time"

	"depeer/filters/diag"
)

// Listing is a valid list of providers, made by a reader (packages listing and feed). Everything in
// it has been checked, except what needs an exchange: that its treatments exist, and the guards.
type Listing struct {
	Name      string // slug
	Publisher string
	Updated   Moment
	MaxAge    time.Duration // 0: any age
	URL       string

	Treatment   string        // default for its providers; "" for none
	ReviewAfter time.Duration // 0: no default

	Providers []Provider

	Source diag.Position // its file, and the position of its name
	Places ListingPlaces
	Digest string // SHA-256 of the bytes that were read, in hexadecimal
}

// Provider is one listed provider: its name, what is matched, why, and until when.
type Provider struct {
	Name string
	ID   string // slug, unique in its listing

	ASNs     []ASMatch
	Prefixes []PrefixMatch

	Treatment  string // name of a treatment or a ladder; "" takes the listing's
	Reason     string
	Evidence   []Evidence
	Upstreams  []ASN // reported, not matched
	Listed     Day
	Review     Day // with the listing's ReviewAfter applied
	Expires    Day
	Contact    string
	ApprovedBy []string

	// AllowReserved permits private and documentation ASNs and prefixes.
	AllowReserved bool

	Source diag.Position // where its entry starts
	Places ProviderPlaces
}

// Place is a line and a column, both from 1, in the file of a listing. The zero value is no place:
// the file does not set the value.
type Place struct{ Line, Column int32 }

// PlaceOf returns where p is in its file.
func PlaceOf(p diag.Position) Place { return Place{int32(p.Line), int32(p.Column)} }

// ListingPlaces are the places of a listing's values that are judged after it is read.
type ListingPlaces struct{ Treatment, Updated, MaxAge Place }

// ProviderPlaces are the places of a provider's values that are judged after it is read.
type ProviderPlaces struct{ Treatment, Listed, Review, Expires Place }

// At returns the position of a place in the listing's file. For the zero Place it returns Source.
func (l *Listing) At(p Place) diag.Position { return positionOr(l.Source, p) }

// At returns the position of a place in the provider's file. For the zero Place it returns Source.
func (p *Provider) At(place Place) diag.Position { return positionOr(p.Source, place) }

func positionOr(source diag.Position, p Place) diag.Position {
	if p != (Place{}) {
		source.Line, source.Column = int(p.Line), int(p.Column)
	}
	return source
}

// Evidence is a reference that supports a listing; at least one field is set.
type Evidence struct {
	Ref string
	URL string
}

// PrefixMatch matches the announcements inside Prefix whose lengths are from
// Min to Max, both inclusive.
type PrefixMatch struct {
	Prefix   netip.Prefix // masked
	Min, Max uint8        // Prefix.Bits() <= Min <= Max
	Wide     bool         // shorter than the limit, and meant
	Source   diag.Position
}

// ASMatch matches announcements that have ASN in the part of the AS path that Where names, unless
// one of Except is anywhere in the path.
type ASMatch struct {
	ASN    ASN
	Where  Where
	Except []ASN // sorted, unique; with Path only
	Wide   bool  // passes the guard on Path
	Source diag.Position
}

// Where names the part of the AS path in which an AS match looks. Paths are read as GoBGP reads
// them: an AS_SET or a confederation segment holds no ASN.
type Where uint8

const (
	Origin   Where = iota // the rightmost AS
	Neighbor              // the leftmost AS
	Path                  // anywhere
)

// String returns the word that listings use.
func (w Where) String() string {
	switch w {
	case Origin:
		return "origin"
	case Neighbor:
		return "neighbor"
	case Path:
		return "path"
	default:
		panic(fmt.Sprintf("filters: no place %d in an AS path", uint8(w)))
	}
}
