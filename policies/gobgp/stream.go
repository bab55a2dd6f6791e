package gobgp

import (
	"context"
	"fmt"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"depeer/policies/plan"
)

// batch is how many destinations gobgpd gathers before it sends them: enough that
// it does not stop for each, few enough that they need no memory.
const batch = 1024

// listPaths lists paths in binary form, one after another; each returns whether it
// wants more.
func (c *Client) listPaths(ctx context.Context, r *api.ListPathRequest, each func(*path) bool) error {
	d := decoder{is6: r.Family.Afi == api.Family_AFI_IP6}
	return c.listAnswers(ctx, r, func(message []byte) (more bool,
		err error) {
		return d.readDestination(message, each)
	})
}

// listAnswers lists paths in binary form, and gives each answer to each, to keep: all paths
// of one prefix, for a decoder. Each returns whether it wants more.
func (c *Client) listAnswers(ctx context.Context, r *api.ListPathRequest, each func([]byte) (bool, error)) error {
	r.EnableOnlyBinary, r.BatchSize = true, batch
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// What gobgpd needs for the first answer is for all of them: it copies the table.
	silent := time.AfterFunc(c.timeout, cancel)
	if _, ok := ctx.Deadline(); ok {
		silent.Stop()
		silent = nil
	}
	stream, err := c.api.ListPath(ctx, r, grpc.ForceCodec(raw{}))
	if err != nil {
		return readError(err)
	}
	for more := true; more; {
		var message []byte
		if silent != nil {
			silent.Reset(c.timeout)
		}
		err := stream.RecvMsg(&message)
		switch {
		case silent != nil && !silent.Stop():
			return fmt.Errorf("%w: no answer in time", plan.ErrUnreachable)
		case err != nil:
			return streamError(ctx, err)
		}
		if more, err = each(message); err != nil {
			return err
		}
	}
	return nil
}

// raw hands messages on as they came. Unmarshalling all that a path has would
// take longer than gobgpd needs to send it.
type raw struct{}

func (raw) Marshal(m any) ([]byte, error) { return proto.Marshal(m.(proto.Message)) }

func (raw) Unmarshal(data []byte, m any) error {
	*m.(*[]byte) = data
	return nil
}

// Name is that of the standard codec: it is what gobgpd is told.
func (raw) Name() string { return "proto" }
