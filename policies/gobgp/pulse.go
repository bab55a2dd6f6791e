package gobgp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"
)

// Pulse returns a digest of what a reload, a new client or an edit changes first: the route server's identity,
// all policies with their statements, and the lists of all clients. It reads no set, no route and no session,
// so that it is cheap enough to be called all the time. If two pulses are equal, State is most likely the
// same, too.
//
// Errors wrap plan.ErrUnreachable, or plan.ErrRefused.
func (c *Client) Pulse(ctx context.Context) (string, error) {
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	global, err := c.api.GetBgp(ctx, &api.GetBgpRequest{})
	if err != nil {
		return "", readError(err)
	}
	h := sha256.New()
	io.WriteString(h, global.GetGlobal().GetRouterId())
	policies, err := c.api.ListPolicy(ctx, &api.ListPolicyRequest{}, grpc.ForceCodec(raw{}))
	if err != nil {
		return "", readError(err)
	}
	if err := digestOf(ctx, policies, h); err != nil {
		return "", err
	}
	assignments, err := c.api.ListPolicyAssignment(ctx, &api.ListPolicyAssignmentRequest{}, grpc.ForceCodec(raw{}))
	if err != nil {
		return "", readError(err)
	}
	if err := digestOf(ctx, assignments, h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// digestOf writes digests of a stream's messages, as they came, in an order of their
// own: gobgpd has none.
func digestOf(ctx context.Context, stream grpc.ClientStream, to io.Writer) error {
	var sums [][sha256.Size]byte
	for {
		var message []byte
		err := stream.RecvMsg(&message)
		if err != nil {
			if err = streamError(ctx, err); err != nil {
				return err
			}
			break
		}
		sums = append(sums, sha256.Sum256(message))
	}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	for _, sum := range sums {
		to.Write(sum[:])
	}
	return nil
}
