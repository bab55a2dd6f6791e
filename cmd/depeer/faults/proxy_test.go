package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"depeer/policies/lab/testbed"
)

// proxy stands between the program and a daemon. It passes on what both say, notes
// the writing calls, and does something at one of them.
type proxy struct {
	address string

	t      testing.TB
	daemon *grpc.ClientConn
	site   *testbed.Site

	mu      sync.Mutex
	server  *grpc.Server
	calls   []string       // the methods of writing calls, in order
	asked   map[string]int // how often methods that only read were called
	at      int            // what is done is done at this call, from 1; 0: nothing
	before  func()         // the call is passed on
	after   func()         // the daemon has answered, and the answer is passed on
	lost    bool           // the program gets no answer to that call
	next    chan struct{}
	swallow string // the next call of this method is answered, and not passed on
}

func newProxy(t testing.TB, d *testbed.Daemon) *proxy {
	t.Helper()
	p := &proxy{t: t, site: d.Site, asked: map[string]int{}}
	var err error
	p.daemon, err = grpc.NewClient(d.Target.String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: 5 * time.Second,
			Backoff: backoff.Config{BaseDelay: 20 * time.Millisecond, Multiplier: 1.1,
				MaxDelay: 100 * time.Millisecond}}),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(frames{}), grpc.MaxCallRecvMsgSize(256<<20),
			grpc.MaxCallSendMsgSize(256<<20)))
	if err != nil {
		t.Fatal(err)
	}
	p.open()
	t.Cleanup(func() { p.cut(); p.daemon.Close() })
	return p
}

// open has the proxy listen, where it did before.
func (p *proxy) open() {
	p.t.Helper()
	address := p.address
	if address == "" {
		address = netip.AddrPortFrom(p.site.RouteServer(), 0).String()
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		p.t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(frames{}), grpc.UnknownServiceHandler(p.pass),
		grpc.MaxRecvMsgSize(256<<20), grpc.MaxSendMsgSize(256<<20))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address, p.server = l.Addr().String(), server
	go server.Serve(l)
}

// cut ends all connections, and takes no more.
func (p *proxy) cut() {
	p.mu.Lock()
	server := p.server
	p.mu.Unlock()
	server.Stop()
}

// reach returns when the daemon, which has been started anew, is reached.
func (p *proxy) reach() {
	p.t.Helper()
	testbed.Eventually(p.t, testbed.Patience, func() error {
		p.daemon.Connect()
		if s := p.daemon.GetState(); s != connectivity.Ready {
			return fmt.Errorf("the proxy's connection to the daemon: %s", s)
		}
		return nil
	})
}

// fault says what goes wrong at a call.
type fault struct {
	at            int
	before, after func()
	lost          bool // the program gets no answer
	swallow       string
}

// arm forgets the calls so far, and has f happen.
func (p *proxy) arm(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.asked)
	p.calls, p.at, p.before, p.after, p.lost, p.swallow = nil, f.at, f.before, f.after, f.lost, f.swallow
}

// written returns the writing calls since arm.
func (p *proxy) written() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// read returns how often a method that only reads was called since arm.
func (p *proxy) read(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[method]
}

// pause has the program wait at its call at, before that is passed on. reached is
// closed when it does, and release lets it go on.
func (p *proxy) pause(at int) (reached chan struct{}, release func()) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	p.arm(fault{at: at, before: func() { close(reached); <-goOn }})
	release = sync.OnceFunc(func() { close(goOn) })
	p.t.Cleanup(release)
	return reached, release
}

// heard returns a channel that is closed when the program has called next.
func (p *proxy) heard() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := make(chan struct{})
	p.next = next
	return next
}

// swallows says whether a call is not to be passed on.
func (p *proxy) swallows(method string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	swallow := p.swallow == method
	if swallow {
		p.swallow = ""
	}
	return swallow
}

// note counts a call, and says what is to be done at it.
func (p *proxy) note(method string) (before, after func(), lost bool) {
	nothing := func() {}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
	if strings.HasPrefix(method, "List") || strings.HasPrefix(method, "Get") || strings.HasPrefix(method, "Watch") {
		p.asked[method]++
		return nothing, nothing, false
	}
	p.calls = append(p.calls, method)
	if len(p.calls) != p.at {
		return nothing, nothing, false
	}
	before, after = p.before, p.after
	if before == nil {
		before = nothing
	}
	if after == nil {
		after = nothing
	}
	return before, after, p.lost
}

// pass passes one call on: what the program says, then what the daemon answers.
func (p *proxy) pass(_ any, program grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(program)
	before, after, lost := p.note(path.Base(full))
	var request frame
	if err := program.RecvMsg(&request); err != nil {
		return err
	}
	if p.swallows(path.Base(full)) {
		return program.SendMsg(&frame{})
	}
	before()
	if lost && program.Context().Err() != nil {
		return program.Context().Err()
	}
	ctx, cancel := context.WithCancel(context.Background()) // the daemon goes on if the program does not
	defer cancel()
	defer context.AfterFunc(program.Context(), func() {
		if method := path.Base(full); strings.HasPrefix(method, "List") || strings.HasPrefix(method, "Watch") {
			cancel()
		}
	})()
	in, _ := metadata.FromIncomingContext(program.Context())
	daemon, err := p.daemon.NewStream(metadata.NewOutgoingContext(ctx, in.Copy()),
		&grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, full)
	if err == nil {
		err = errors.Join(daemon.SendMsg(&request), daemon.CloseSend())
	}
	for err == nil {
		var answer frame
		if err = daemon.RecvMsg(&answer); err != nil {
			break
		}
		after()
		if lost {
			return status.Error(codes.Unavailable, "the answer is lost")
		}
		err = program.SendMsg(&answer)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// frame is a message as it is.
type frame []byte

// frames is a codec that leaves messages alone.
type frames struct{}

func (frames) Name() string { return "proto" }

func (frames) Marshal(v any) ([]byte, error) {
	f, ok := v.(*frame)
	if !ok {
		return nil, fmt.Errorf("not a frame: %T", v)
	}
	return *f, nil
}

func (frames) Unmarshal(data []byte, v any) error {
	*v.(*frame) = slices.Clone(data)
	return nil
}
