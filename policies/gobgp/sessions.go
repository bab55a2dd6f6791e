package gobgp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// Sessions that are shut, and the notes about them. A note is an element of a
// community-set: v1-<kind>-<address>-<message>, the two last in hexadecimal, so that it
// is read back as it was written (TestSessionNotes).

// longestMessage is where gobgpd 3.37 cuts a shutdown communication, in bytes.
const longestMessage = 128

func noteEntry(n session.Note) string {
	return fmt.Sprintf("%s%s-%x-%x", markPrefix, n.Kind, n.Member.AsSlice(), n.Message)
}

func noteSet(notes []session.Note) *api.DefinedSet {
	set := &api.DefinedSet{DefinedType: api.DefinedType_COMMUNITY, Name: session.SetName}
	for _, n := range notes {
		set.List = append(set.List, noteEntry(n))
	}
	return set
}

// parseNote reads what noteEntry writes, and nothing else.
func parseNote(entry string) (session.Note, error) {
	var n session.Note
	wrong := fmt.Errorf("%s is no note of ours", entry)
	rest, ours := strings.CutPrefix(entry, markPrefix)
	parts := strings.Split(rest, "-")
	if !ours || len(parts) != 3 || n.Kind.UnmarshalText([]byte(parts[0])) != nil {
		return n, wrong
	}
	address, err := hex.DecodeString(parts[1])
	message, err2 := hex.DecodeString(parts[2])
	if errors.Join(err, err2) != nil {
		return n, wrong
	}
	member, ok := netip.AddrFromSlice(address)
	n.Member, n.Message = member, string(message)
	if !ok || noteEntry(n) != entry || len(message) > longestMessage || !utf8.Valid(message) {
		return n, wrong
	}
	return n, nil
}

// readSessionNotes reads the set of notes.
func (r *reader) readSessionNotes(s *api.DefinedSet) {
	for _, entry := range slices.Compact(slices.Sorted(slices.Values(s.List))) {
		n, err := parseNote(entry)
		if err != nil {
			r.noteConflict(r.kind, s.Name, "%v", err)
			continue
		}
		r.Sessions = append(r.Sessions, n)
	}
}

func noteSessions(ctx context.Context, c *Client, call plan.Call) error {
	return c.extendSet(ctx, noteSet(call.Notes))
}

// forgetSessions takes notes off, and the set with the last of them. Nothing is left
// to be done where they are gone already.
func forgetSessions(ctx context.Context, c *Client, call plan.Call) error {
	there, err := c.listElements(ctx, session.SetName)
	if err != nil {
		return err
	}
	set := noteSet(call.Notes)
	left := slices.DeleteFunc(slices.Clone(there), func(entry string) bool { return slices.Contains(set.List, entry) })
	switch len(left) {
	case len(there):
		return nil
	case 0:
		return c.dissolveSet(ctx, set)
	default:
		return c.reduceSet(ctx, set)
	}
}

// shutSession shuts a session, and returns when it is down and kept down.
func shutSession(ctx context.Context, c *Client, call plan.Call) error {
	return c.setAdminState(ctx, call.Client, api.PeerState_DOWN, func() error {
		return writeCall(ctx, c.api.DisablePeer,
			&api.DisablePeerRequest{Address: c.findSpelling(call.Client), Communication: call.Message})
	})
}

// openSession returns when the session may come up; when it does is its member's
// affair.
func openSession(ctx context.Context, c *Client, call plan.Call) error {
	return c.setAdminState(ctx, call.Client, api.PeerState_UP, func() error {
		return writeCall(ctx, c.api.EnablePeer, &api.EnablePeerRequest{Address: c.findSpelling(call.Client)})
	})
}

const (
	// askAgain is how often a session is looked at that is to go down or to come up.
	askAgain = 20 * time.Millisecond
	// sayAgain is how long an order has that gobgpd has answered with OK: it drops one that
	// comes while another is not carried out yet.
	sayAgain = time.Second
)

// setAdminState orders a session into an administrative state, and returns when it is in it.
func (c *Client) setAdminState(ctx context.Context, member netip.Addr, want api.PeerState_AdminState,
	order func() error) error {
	var ordered time.Time
	for {
		state, err := c.readPeerState(ctx, member)
		switch {
		case err != nil && ordered.IsZero():
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", plan.ErrUnknown, err)
		case state.GetAdminState() == want &&
			(want == api.PeerState_UP || state.GetSessionState() != api.PeerState_ESTABLISHED):
			return nil
		}
		if time.Since(ordered) >= sayAgain {
			if err := order(); err != nil {
				return err
			}
			ordered = time.Now()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s is not %s yet", plan.ErrUnknown, member, strings.ToLower(want.String()))
		case <-time.After(askAgain):
		}
	}
}

// readPeerState reads the state of one neighbor. An unknown neighbor is refused, as an order
// to it would be.
func (c *Client) readPeerState(ctx context.Context, member netip.Addr) (*api.PeerState, error) {
	var state *api.PeerState
	err := listStream(ctx, c, c.api.ListPeer, &api.ListPeerRequest{Address: c.findSpelling(member)},
		func(a *api.ListPeerResponse) {
			if a.GetPeer().GetState().GetNeighborAddress() == c.findSpelling(member) {
				state = a.GetPeer().GetState()
			}
		})
	if err == nil && state == nil {
		err = fmt.Errorf("%w: there is no neighbor %s", plan.ErrRefused, member)
	}
	return state, err
}
