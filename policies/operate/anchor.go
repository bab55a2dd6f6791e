package operate

import (
	"errors"
	"fmt"
	"time"

	"depeer/policies/gobgpconf"
	"depeer/policies/plan"
)

// How long gobgpd 3.37 stands still in a soft reset, for each route and each
// neighbor that is configured: measured from 1.2 to 2.8 us.
const (
	standstillLow  = 1200 * time.Nanosecond
	standstillHigh = 2800 * time.Nanosecond
)

// addAnchor adds to the failure of a target whose file lacks our definitions
// what to paste, and what the reload after that will cost there.
func addAnchor(err error, s *plan.State) error {
	f := new(Error)
	if !errors.As(err, &f) || s.Import != nil && s.Export != nil || len(s.LostLists())+len(s.Rejected()) > 0 {
		return err // pasting would not bring lists back that were lost
	}
	routes, members := uint64(0), uint64(len(s.Clients))
	for _, c := range s.Clients {
		routes += c.Accepted
	}
	work := time.Duration(routes * members)
	f.Detail = fmt.Sprintf("%s\nAt this target the reload soft-resets %s with %s: it stands still for %s to %s.\n",
		gobgpconf.Anchor(gobgpconf.TOML),
		Count(int(members), "peer"), Count(int(routes), "route"), formatSeconds(work*standstillLow),
		formatSeconds(work*standstillHigh))
	return err
}

// formatSeconds writes a standstill, to a tenth of a second, upwards.
func formatSeconds(d time.Duration) string {
	return fmt.Sprintf("%.1f s", (d + 99*time.Millisecond).Truncate(100*time.Millisecond).Seconds())
}
