package exchange

import "depeer/policies"

// Percent is a share, as limits are written.
type Percent = policies.Percent

const (
	onePercent = policies.OnePercent
	whole      = policies.Whole
)

// ParsePercent reads a percentage up to 10000%, with at most six decimals, such as
// 1% or 0.5%.
func ParsePercent(s string) (Percent, error) { return policies.ParsePercent(s) }
