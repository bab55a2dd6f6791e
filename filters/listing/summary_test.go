package listing_test

import (
	"bytes"
	"fmt"
	"strings"

	"depeer/filters"
	"depeer/filters/listing"
)

// summary writes a listing as Write does, with what Write leaves out: ids, days
// of review, positions.
func summary(l *filters.Listing) string {
	var b bytes.Buffer
	if err := listing.Write(&b, l); err != nil {
		panic(err)
	}
	fmt.Fprintf(&b, "# list %s %s\n", l.Source, l.Digest)
	for _, p := range l.Providers {
		var places []string
		for _, m := range p.ASNs {
			places = append(places, fmt.Sprintf("%d:%d", m.Source.Line, m.Source.Column))
		}
		for _, m := range p.Prefixes {
			places = append(places, fmt.Sprintf("%d:%d", m.Source.Line, m.Source.Column))
		}
		fmt.Fprintf(&b, "# %s %s review %s, %s\n", p.ID, p.Source, p.Review, strings.Join(places, " "))
	}
	return b.String()
}
