package listing_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/filters/listing"
)

func TestID(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Example Hosting", "example-hosting"},
		{"  Example,  Hosting & Co. (B.V.) ", "example-hosting-co-b-v"},
		{"1984 ehf", "1984-ehf"},
		{"Müller & Söhne", "muller-sohne"},
		{"Mu\u0308ller", "muller"}, // the accent by itself
		{"Łódź Straße Ærø", "lodz-strasse-aero"},
		{"Kraków ĲSBERG", "krakow-ijsberg"},
		{"Хостинг", "provider-5d9ac7b3"},
		{"安全主机 Plus", "plus-e764656c"},
		{"!!!", "provider-e84c538e"},
		{strings.Repeat("long ", 20), strings.TrimSuffix(strings.Repeat("long-", 13), "-")[:64]},
		{strings.Repeat("long ", 20) + "ж", "long-long-long-long-long-long-long-long-long-long-long"},
	} {
		got := listing.ID(c.name)
		if strings.HasSuffix(c.name, "ж") {
			got = got[:len(c.want)]
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.name, got, c.want)
		}
	}
}

// An id that was made is one that could have been written.
func TestIDIsASlug(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := listing.ID(rapid.String().Draw(t, "name"))
		if _, err := filters.ParseSlug(id); err != nil {
			t.Fatal(err)
		}
	})
}
