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

// Client is a connection to a gobgpd. It may be used by several goroutines at
// once.
type Client struct {
	address string
	timeout time.Duration
	log     *slog.Logger
	conn    *grpc.ClientConn
	api     api.GobgpApiClient
	spelled sync.Map // of netip.Addr to string: neighbors whose addresses are spelled otherwise
}

// maxMessage is what gobgpd sends at most, in bytes: a set is one message.
const maxMessage = 256 << 20

// Dial connects to a gobgpd, and returns when it has read its configuration.
// Errors wrap plan.ErrUnreachable: nothing was sent but questions.
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

// hungUp says whether gobgpd hung up when HTTP/2 was to begin: which of the two sides notices
// first is chance.
func hungUp(err error) bool {
	return slices.ContainsFunc([]string{"preface", "broken pipe", "connection reset"}, func(word string) bool {
		return strings.Contains(err.Error(), word)
	})
}

// dialTarget makes the client. The connection comes with its first call.
func dialTarget(o Options) (*Client, error) {
	target, err := o.targetAddress()
	if err != nil {
		return nil, err
	}
	security, err := o.makeCredentials()
	if err != nil {
		return nil, err
	}
	// A proxy of the environment would get between us and a route server that is
	// hardly ever behind one.
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

// withDeadline gives a call a deadline: that of ctx, if it has one, else the client's
// timeout.
func (c *Client) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.timeout)
}

// listStream makes a call that is answered by a stream, and gives each answer to each.
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

// streamError returns what the error means that a stream has ended with: nil where all has come.
// gobgpd knows the call's deadline, leaves off listing when it has passed, and ends the stream
// as if that were all. So a list that ends after the deadline is not whole, whether or not ctx
// has been told of it yet (TestListEndsWithTheDeadline).
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
