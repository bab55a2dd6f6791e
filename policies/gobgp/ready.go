package gobgp

import (
	"context"
	"errors"
	"fmt"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/plan"
)

const (
	// lookAgain is the interval between two looks at a gobgpd that is starting.
	lookAgain = 50 * time.Millisecond
	// alone is the time after which a gobgpd without neighbors has none.
	alone = 2 * time.Second
)

// waitReady waits until gobgpd has read its file. gobgpd answers calls before that, and holds nothing then. It
// adds neighbors last, one by one, so that it is ready when their number no longer grows. If there is none
// for a while, it has none.
func (c *Client) waitReady(ctx context.Context) error {
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	begin, before := time.Now(), 0
	for {
		global, err := c.api.GetBgp(ctx, &api.GetBgpRequest{})
		if err != nil {
			return readError(err)
		}
		neighbors := 0
		if global.GetGlobal().GetAsn() != 0 {
			if err := listStream(ctx, c, c.api.ListPeer, &api.ListPeerRequest{},
				func(*api.ListPeerResponse) { neighbors++ }); err != nil {
				return err
			}
			if neighbors == before && (neighbors > 0 || time.Since(begin) >= min(alone, c.timeout/2)) {
				return nil
			}
		}
		before = neighbors
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return fmt.Errorf("%w: gobgpd answers, but has not read its configuration: %w", plan.ErrUnreachable,
				errors.Join(ctx.Err(), context.Cause(ctx)))
		}
	}
}
