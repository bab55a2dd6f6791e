package operate

import (
	"fmt"

	"depeer/policies/impact"
)

// Cure is what makes routes that are treated already what their member announces.
//
// TestFactFilteredListingWritesBack holds what does help, and what does not.
const Cure = "have the member announce everything again (BIRD: reload out PROTOCOL), or else reset its session, " +
	"which is down for half a minute then; gobgpd's own soft reset does not help"

// DescribePolluted says of a member what is polluted, as a clause.
func DescribePolluted(m impact.Polluted) string {
	name := ""
	if m.Name != "" {
		name = ", " + m.Name
	}
	return fmt.Sprintf("of AS%s%s: %s treated already, or announced so", m.ASN, name, Count(m.Prefixes, "prefix"))
}
