package wanted

import (
	"slices"

	"depeer/filters/diag"
)

// unusedExceptions warns of exceptions from a list that none of the exchange's own
// is: somebody believes to have spared a provider.
func (in *Input) unusedExceptions() {
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

// unusedChoices warns, likewise, of choices about a list that is not there.
func (in *Input) unusedChoices() {
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
