package lab

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"depeer/policies"
)

// waitSettled waits until the route server has every route that members announce, and every
// member's own table has what the route server's has for it. The route server's view only says what
// to wait for; what members hold is never read from it.
func (l *Lab) waitSettled(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		waiting := l.findUnsettled(ctx)
		if waiting == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), waiting)
		case <-tick.C:
		}
	}
}

// findUnsettled returns an error that names what has not arrived yet, or nil.
func (l *Lab) findUnsettled(ctx context.Context) error {
	for _, s := range l.members {
		announced, err := l.rs.readReceived(ctx, s.Address)
		if err != nil {
			return err
		}
		if len(announced) < len(s.Announces) || !l.rs.isEstablished(ctx, s.Address) {
			return fmt.Errorf("AS%s at %s: the route server has %d of its %d routes", s.ASN, s.Address, len(announced),
				len(s.Announces))
		}
	}
	for _, s := range l.members {
		want, err := l.rs.readSent(ctx, s.Address)
		if err != nil {
			return err
		}
		// A network drops routes that have come through itself.
		want = slices.DeleteFunc(want, func(r policies.Route) bool { return slices.Contains(r.Path, s.ASN) })
		got, err := s.readHeld(ctx, l.rs.bgpAddress.Addr())
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("AS%s at %s holds %d routes, %d are for it", s.ASN, s.Address, len(got), len(want))
		}
	}
	return nil
}
