package gobgp_test

import (
	"depeer/policies/apply"
	"depeer/policies/gobgp"
)

var _ apply.Daemon = (*gobgp.Client)(nil)
