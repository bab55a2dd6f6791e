package gobgp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"

	"depeer/policies/plan"
)

// Client is a connection to a gobgpd. It is safe for concurrent use.
type Client struct {
	address string
	timeout time.Duration
	log     *slog.Logger
	conn    *grpc.ClientConn
	api     api.GobgpApiClient
	spelled sync.Map // of netip.Addr to string: neighbors whose addresses are spelled otherwise
}

// maxMessage is the most bytes that gobgpd may send in a message. A set is one message.
const maxMessage = 256 << 20

// Dial connects to a gobgpd, and returns when gobgpd has read its configuration. Errors wrap
// plan.ErrUnreachable: Dial makes no writing call.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c, err := dialTarget(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", o.Address, plan.ErrUnreachable, err)
	}
	if err := c.waitReady(ctx); err != nil {
		c.Close()
		if hungUp(err) {
			err = fmt.Errorf("%w (%s)", err, o.describeDoubt())
		}
		return nil, fmt.Errorf("%s: %w", o.Address, err)
	}
	return c, nil
}

// hungUp says whether gobgpd closed the connection at the start of HTTP/2. The error differs by which side
// notices first.
func hungUp(err error) bool {
	return slices.ContainsFunc([]string{"preface", "broken pipe", "connection reset"}, func(word string) bool {
		return strings.Contains(err.Error(), word)
	})
}

// dialTarget makes the client. Its first call opens the connection.
func dialTarget(o Options) (*Client, error) {
	target, err := o.targetAddress()
	if err != nil {
		return nil, err
	}
	security, err := o.makeCredentials()
	if err != nil {
		return nil, err
	}
	// The environment may name a proxy. Route servers are hardly ever behind one.
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(security), grpc.WithNoProxy(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	if err != nil {
		return nil, err
	}
	return &Client{address: o.Address, timeout: o.timeoutOrDefault(), log: o.loggerOrDefault(), conn: conn,
		api: api.NewGobgpApiClient(conn)}, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// withDeadline returns a context with the deadline of ctx, or else with the client's timeout.
func (c *Client) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.timeout)
}

// listStream makes a call that gobgpd answers with a stream, and calls each with each answer.
func listStream[Request, Answer any, Stream interface{ Recv() (Answer, error) }](
	ctx context.Context, c *Client, call func(context.Context, Request, ...grpc.CallOption) (Stream, error), r Request,
	each func(Answer),
) error {
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	stream, err := call(ctx, r)
	for err == nil {
		var answer Answer
		if answer, err = stream.Recv(); err == nil {
			each(answer)
		}
	}
	return streamError(ctx, err)
}

// streamError returns the error of a stream that has ended with err; nil if the stream is complete. gobgpd
// knows the call's deadline. When it has passed, gobgpd stops listing, and ends the stream as if it were
// complete. So a list that ends after the deadline is incomplete, even if ctx does not report it yet
// (TestListEndsWithTheDeadline).
func streamError(ctx context.Context, err error) error {
	deadline, ok := ctx.Deadline()
	switch {
	case !errors.Is(err, io.EOF):
		return readError(err)
	case ctx.Err() != nil || ok && !time.Now().Before(deadline):
		return fmt.Errorf("%w: no whole answer in time", plan.ErrUnreachable)
	default:
		return nil
	}
}
