package eval_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/osrg/gobgp/v3/pkg/config"
	"github.com/osrg/gobgp/v3/pkg/config/oc"
	"github.com/osrg/gobgp/v3/pkg/log"
	"github.com/osrg/gobgp/v3/pkg/server"

	"depeer/policies"
	"depeer/policies/gobgpconf"
)

// engine is gobgpd's own server in this process, a route server with three clients,
// which reads its configuration from a file, as gobgpd does on a start and on
// SIGHUP.
type engine struct {
	t       testing.TB
	address netip.AddrPort
	server  *server.BgpServer
	log     *failures
	file    string
	current *oc.BgpConfigSet
}

// The clients: one announces, the others listen.
var (
	announcer = client{netip.MustParseAddr("127.0.0.2"), 65530}
	listener  = client{netip.MustParseAddr("127.0.0.3"), 65531}
	other     = client{netip.MustParseAddr("127.0.0.4"), 65532}
)

const base = `[global.config]
  as = 64500
  router-id = "127.0.0.1"
  port = %d
  local-address-list = ["127.0.0.1"]
`

const neighbor = `
[[neighbors]]
  [neighbors.config]
    neighbor-address = "%s"
    peer-as = %d
  [neighbors.timers.config]
    hold-time = 65535
  [neighbors.transport.config]
    passive-mode = true
  [neighbors.route-server.config]
    route-server-client = true
  [neighbors.apply-policy.config]
    import-policy-list = ["depeer"]
    export-policy-list = ["depeer-export"]
    default-import-policy = "accept-route"
    default-export-policy = "accept-route"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
`

// startEngine starts a route server with an empty policy.
func startEngine(t testing.TB) *engine {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	e := &engine{t: t, address: free.Addr().(*net.TCPAddr).AddrPort(), log: &failures{},
		file: filepath.Join(t.TempDir(), "gobgpd.toml")}
	e.server = server.NewBgpServer(server.LoggerOption(e.log))
	go e.server.Serve() // has no end in 3.37
	t.Cleanup(e.server.Stop)
	set := e.read(&policies.RoutingPolicy{})
	e.current, err = config.InitialConfig(context.Background(), e.server, set, false)
	e.check(err)
	return e
}

// load puts p in place of the policy that is there, as SIGHUP does.
func (e *engine) load(p *policies.RoutingPolicy) {
	set, err := config.UpdateConfig(context.Background(), e.server, e.current, e.read(p))
	e.check(err)
	e.current = set
}

// read writes the configuration with p to the file, and reads that.
func (e *engine) read(p *policies.RoutingPolicy) *oc.BgpConfigSet {
	rendered, err := gobgpconf.Encode(p, gobgpconf.TOML, nil)
	e.check(err)
	text := fmt.Sprintf(base, e.address.Port()) + string(rendered)
	for _, c := range []client{announcer, listener, other} {
		text += fmt.Sprintf(neighbor, c.address, c.asn)
	}
	e.check(os.WriteFile(e.file, []byte(text), 0o600))
	set, err := config.ReadConfigFile(e.file, "toml")
	e.check(err)
	return set
}

// check ends the test on an error, and on what GoBGP would have ended itself for.
func (e *engine) check(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
	if fatal := e.log.first(); fatal != "" {
		e.t.Fatalf("GoBGP: %s", fatal)
	}
}

// failures keeps the first fatal message of GoBGP's configuration code, which
// reports in no other way, and drops the rest of its log.
type failures struct {
	mu    sync.Mutex
	fatal string
}

func (f *failures) first() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fatal
}

func (f *failures) Fatal(msg string, fields log.Fields) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fatal == "" {
		f.fatal = fmt.Sprint(msg, " ", fields)
	}
}

func (f *failures) Panic(msg string, fields log.Fields) { panic(fmt.Sprint(msg, " ", fields)) }
func (f *failures) Error(string, log.Fields)            {}
func (f *failures) Warn(string, log.Fields)             {}
func (f *failures) Info(string, log.Fields)             {}
func (f *failures) Debug(string, log.Fields)            {}
func (f *failures) SetLevel(log.LogLevel)               {}
func (f *failures) GetLevel() log.LogLevel              { return log.ErrorLevel }
