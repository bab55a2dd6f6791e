package wanted

import (
	"slices"

	"depeer/filters/diag"
)

// warnOfUnusedExceptions warns of exceptions from a list that the exchange does not have: somebody
// believes that a provider is protected.
func (in *Input) warnOfUnusedExceptions() {
	if in.Read.Worst() == diag.Error {
		return // the list may be one that could not be read
	}
	names := make([]string, len(in.Lists))
	for i, l := range in.Lists {
		names[i] = l.Name
	}
	for _, e := range in.Exchange.Except {
		if !slices.Contains(names, e.List) {
			in.Read.Warnf(e.Source, "exchange-exception-unused", diag.Nearest(e.List, names),
				"no list is called %q: %s is not excepted", e.List, e.Provider)
		}
	}
}

// warnOfUnusedChoices warns of members' choices about a list that the exchange does not have.
func (in *Input) warnOfUnusedChoices() {
	if in.Read.Worst() == diag.Error {
		return
	}
	names := make([]string, len(in.Lists))
	for i, l := range in.Lists {
		names[i] = l.Name
	}
	for _, m := range in.Exchange.Members {
		for _, c := range m.Choices {
			if !slices.Contains(names, c.List) {
				in.Read.Warnf(c.Source, "exchange-choice-unused", diag.Nearest(c.List, names),
					"no list is called %q: AS%s has chosen about nothing", c.List, m.ASN)
			}
		}
	}
}
