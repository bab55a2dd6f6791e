package build

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"

	"depeer/filters"
	"depeer/policies"
)

// longest is the maximum length of a shutdown communication, in bytes, that gobgpd 3.37 sends
// (RFC 8203; RFC 9003 allows 255). It cuts a longer one, even within a character.
const longest = 128

// Tell returns a shutdown communication (RFC 9003) of at most 128 bytes: the treatment, the list,
// its reference, and whom to ask. If that is too long, it omits the reference. If it is still too
// long, it cuts the text between two characters.
func Tell(treatment, list, reference, ask string) string {
	text := fmt.Sprintf("%s: listed in %s", treatment, list)
	if ask != "" {
		ask = "; ask " + ask
	}
	if reference != "" && len(text)+len(reference)+len(" ()")+len(ask) <= longest {
		text += " (" + reference + ")"
	}
	return cutTo(longest, text+ask)
}

// cutTo cuts text to so many bytes, between two characters.
func cutTo(bytes int, text string) string {
	if len(text) <= bytes {
		return text
	}
	for !utf8.RuneStart(text[bytes]) {
		bytes--
	}
	return text[:bytes]
}

// findSessions returns the sessions to shut down, sorted by ASN: one for each ASN of a provider in
// force whose treatment says so. It omits ASNs that no filter matches, because these are protected.
func findSessions(c *filters.Compiled, treatments []policies.Treatment) []policies.Session {
	var out []policies.Session
	matched := findMatchedASNs(c)
	for _, l := range c.Listed {
		i := slices.IndexFunc(treatments, func(t policies.Treatment) bool {
			return t.Name == l.Treatment &&
				t.Session == policies.Shut
		})
		if l.State != filters.InForce || i < 0 {
			continue
		}
		message := Tell(l.Treatment, l.Listing.Name, firstReference(l.Provider),
			cmp.Or(treatments[i].Ask, l.Listing.URL, l.Listing.Publisher))
		for _, m := range l.Provider.ASNs {
			known := slices.ContainsFunc(out, func(s policies.Session) bool { return s.ASN == m.ASN })
			if matched[m.ASN] && !known {
				out = append(out, policies.Session{ASN: m.ASN, Message: message})
			}
		}
	}
	slices.SortFunc(out, func(a, b policies.Session) int { return cmp.Compare(a.ASN, b.ASN) })
	return out
}

func findMatchedASNs(c *filters.Compiled) map[filters.ASN]bool {
	matched := make(map[filters.ASN]bool)
	for _, f := range c.Filters {
		for _, m := range f.ASNs {
			matched[m.ASN] = true
		}
		for _, g := range f.Groups {
			for _, asn := range g.ASNs {
				matched[asn] = true
			}
		}
	}
	return matched
}

// firstReference returns the first evidence of a provider; "" if it has none.
func firstReference(p *filters.Provider) string {
	if len(p.Evidence) == 0 {
		return ""
	}
	return cmp.Or(p.Evidence[0].Ref, p.Evidence[0].URL)
}
