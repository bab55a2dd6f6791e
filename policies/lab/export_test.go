package lab

import (
	"context"
	"fmt"
)

// Treat loads configuration (TOML with the defined sets and policies that gobgpconf writes) into
// the route server through GoBGP's own configuration code, as a reload of its file would. It
// returns when the members hold the result. Call it from one goroutine at a time.
func (l *Lab) Treat(ctx context.Context, configuration []byte) error {
	if err := l.rs.loadConfig(ctx, configuration); err != nil {
		return fmt.Errorf("route server: %w", err)
	}
	return l.Settle(ctx)
}
