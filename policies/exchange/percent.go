package exchange

import (
	"depeer/policies/guard"
)

// Percent is a share, as limits are written.
type Percent = guard.Percent

const (
	onePercent = guard.OnePercent
	whole      = guard.Whole
)

// ParsePercent reads a percentage up to 10000%, with at most six decimals, such as
// 1% or 0.5%.
func ParsePercent(s string) (Percent, error) { return guard.ParsePercent(s) }
