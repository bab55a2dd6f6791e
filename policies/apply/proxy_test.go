package apply_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"depeer/policies/lab/testbed"
)

// proxy stands between depeer and gobgpd: it writes down every call, and can be cut
// behind the effect of one.
type proxy struct {
	address string
	daemon  *grpc.ClientConn

	mu     sync.Mutex
	writes []string         // methods that write, in order
	bad    []string         // what must never be called
	before func(n int)      // a writing call, by number
	cut    func(n int) bool // this one's answer is lost, and nothing gets through from then on
	down   bool
}

// allowed are the only methods that write which depeer may ever call.
var allowed = []string{"AddDefinedSet", "DeleteDefinedSet", "AddStatement", "DeleteStatement", "AddPolicy",
	"DeletePolicy", "SetPolicyAssignment", "ResetPeer"}

func newProxy(t *testing.T, d *testbed.Daemon) *proxy {
	t.Helper()
	p := &proxy{address: "unix://" + filepath.Join(filepath.Dir(d.Socket), "proxy.sock")}
	var err error
	p.daemon, err = grpc.NewClient("unix://"+d.Socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(frame{}), grpc.MaxCallRecvMsgSize(256<<20)))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", strings.TrimPrefix(p.address, "unix://"))
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(grpc.ForceServerCodec(frame{}), grpc.UnknownServiceHandler(p.pass),
		grpc.MaxRecvMsgSize(256<<20))
	go s.Serve(l) // ends with Stop
	t.Cleanup(func() {
		s.Stop()
		p.daemon.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.bad) > 0 {
			t.Errorf("calls that must never be made: %v", p.bad)
		}
	})
	return p
}

// frame hands messages on as they are.
type frame struct{}

func (frame) Marshal(m any) ([]byte, error)      { return *m.(*[]byte), nil }
func (frame) Unmarshal(data []byte, m any) error { *m.(*[]byte) = slices.Clone(data); return nil }
func (frame) Name() string                       { return "proto" }

var errCut = status.Error(codes.Unavailable, "the proxy is cut")

// note writes a call down, and returns its number among those that write; -1 if it
// does not.
func (p *proxy) note(method string, request []byte) (n int, before func(int), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return 0, nil, errCut
	}
	if strings.HasPrefix(method, "List") || strings.HasPrefix(method, "Get") {
		return -1, nil, nil
	}
	if !slices.Contains(allowed, method) || !harmless(method, request) {
		p.bad = append(p.bad, method)
	}
	p.writes = append(p.writes, method)
	return len(p.writes) - 1, p.before, nil
}

// harmless looks for what in a call that is allowed would do more than it should.
func harmless(method string, request []byte) bool {
	switch method {
	case "ResetPeer":
		var r api.ResetPeerRequest
		return proto.Unmarshal(request, &r) == nil && r.Soft && r.Direction == api.ResetPeerRequest_IN &&
			r.Address != "" && r.Address != "all"
	case "AddDefinedSet":
		var r api.AddDefinedSetRequest
		return proto.Unmarshal(request, &r) == nil && !r.Replace && strings.HasPrefix(r.DefinedSet.Name, "depeer/")
	case "SetPolicyAssignment":
		var r api.SetPolicyAssignmentRequest
		return proto.Unmarshal(request, &r) == nil && r.Assignment.DefaultAction == api.RouteAction_NONE &&
			r.Assignment.Name != "global"
	}
	return true
}

// lost says whether a call's answer is lost.
func (p *proxy) lost(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = p.down || n >= 0 && p.cut != nil && p.cut(n)
	return p.down
}

// set lays traps, and starts counting anew.
func (p *proxy) set(before func(int), cut func(int) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes, p.before, p.cut, p.down = nil, before, cut, false
}

func (p *proxy) written() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.writes)
}

func (p *proxy) pass(_ any, down grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(down)
	method := full[strings.LastIndexByte(full, '/')+1:]
	var request []byte
	if err := down.RecvMsg(&request); err != nil {
		return err
	}
	n, before, err := p.note(method, request)
	if err != nil {
		return err
	}
	if before != nil {
		before(n)
	}
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(down.Context(), metadata.MD{}))
	defer cancel()
	up, err := p.daemon.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, full)
	if err != nil {
		return err
	}
	if err = up.SendMsg(&request); err == nil {
		err = up.CloseSend()
	}
	for err == nil {
		var answer []byte
		if err = up.RecvMsg(&answer); err != nil {
			break
		}
		if p.lost(n) {
			return errCut
		}
		err = down.SendMsg(&answer)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
