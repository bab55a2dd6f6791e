package wanted

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"depeer/filters"
	"depeer/policies/exchange"
)

// LastGood is what was last good of each file and feed: an exchange file, and
// listings, by where they come from.
type LastGood struct {
	Exchange *exchange.Exchange
	Digest   string // of its file
	Lists    map[string]*filters.Listing
}

// Sum is a digest of everything that in asks for, whatever the day.
func (g *LastGood) Sum(in *Input) string {
	h := sha256.New()
	fmt.Fprintln(h, g.Digest)
	for _, l := range in.Lists {
		fmt.Fprintln(h, l.Name, l.Digest, in.Treatments[l.Name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// orKept adds a listing, or the last one that was good of the same file or feed. What
// was said of it since before is set aside then.
func (in *Input) orKept(name string, l *filters.Listing, before int) *filters.Listing {
	switch {
	case in.Good == nil:
	case l != nil:
		in.Good.Lists[name] = l
	case in.Good.Lists[name] != nil:
		l = in.Good.Lists[name]
		in.setAside(before)
	}
	return in.add(l, nil)
}
