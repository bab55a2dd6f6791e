package gobgp_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"

	"depeer/policies/gobgp"
	"depeer/policies/plan"
)

// slow answers like gobgpd 3.37, whose ListPeer, ListPath and others stop at the call's
// deadline and end the stream without an error. The real daemon cannot be had to come to its
// deadline in the middle of a list each time.
type slow struct {
	api.UnimplementedGobgpApiServer
	stalls atomic.Bool
}

func (s *slow) GetBgp(context.Context, *api.GetBgpRequest) (*api.GetBgpResponse, error) {
	return &api.GetBgpResponse{Global: &api.Global{Asn: 64500, RouterId: "192.0.2.1"}}, nil
}

func (s *slow) ListPeer(_ *api.ListPeerRequest, stream api.GobgpApi_ListPeerServer) error {
	err := stream.Send(&api.ListPeerResponse{Peer: &api.Peer{}})
	if s.stalls.Load() {
		<-stream.Context().Done()
	}
	return err
}

// A list that the daemon ended because of the deadline is not taken for whole.
func TestListEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	daemon, server := &slow{}, grpc.NewServer()
	api.RegisterGobgpApiServer(server, daemon)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	c, err := gobgp.Dial(t.Context(), gobgp.Options{Address: listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	daemon.stalls.Store(true)
	whole := 0
	for range 500 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		_, err := c.LongestUp(ctx)
		cancel()
		switch {
		case err == nil:
			whole++
		case !errors.Is(err, plan.ErrUnreachable):
			t.Fatal(err)
		}
	}
	if whole > 0 {
		t.Errorf("%d of 500 lists that were cut were taken for whole", whole)
	}
}
