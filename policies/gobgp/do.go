package gobgp

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/peer"

	"depeer/policies/plan"
)

// Do makes one writing call. If it returns no error, the call has taken effect. Otherwise the error wraps
// plan.ErrUnreachable (not sent), plan.ErrUnknown (sent; gobgpd ignores our deadline, so that the call can
// take effect later) or plan.ErrRefused. A refused call has done nothing, with one exception: AddStatements
// with a name that exists leaves the statements before that one registered, in no policy.
//
// The deadline is that of ctx, or else the client's timeout. A soft reset of a large table can take longer
// than the timeout: 1.2 to 2.8 us per route and neighbor.
//
// Do panics before sending a call that package plan never makes.
func (c *Client) Do(ctx context.Context, call plan.Call) error {
	if int(call.Verb) >= len(requests) {
		panic(fmt.Sprintf("gobgp: no request for verb %d", uint8(call.Verb)))
	}
	mustBeOurs(call)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w: %w", call, plan.ErrUnreachable, err)
	}
	begin := time.Now()
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	err := requests[call.Verb](ctx, c, call)
	c.log.Debug("call", "target", c.address, "call", call.String(), "took", time.Since(begin), "error", err)
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

// writeCall makes one API call that writes.
func writeCall[Request, Answer any](ctx context.Context,
	call func(context.Context, Request, ...grpc.CallOption) (Answer, error), r Request) error {
	var server peer.Peer // set once there is a connection for the call
	_, err := call(ctx, r, grpc.Peer(&server))
	return writeError(err, server.Addr != nil)
}
