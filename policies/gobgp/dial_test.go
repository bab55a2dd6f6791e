package gobgp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"depeer/policies/gobgp"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// authority signs certificates for tests.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.key, a.cert = a.sign(name, &x509.Certificate{IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, nil)
	return a
}

// file returns the path of the authority's own certificate.
func (a *authority) file() string { return filepath.Join(a.dir, "ca.pem") }

// issue returns files of a certificate for address, valid from so long ago for so long.
func (a *authority) issue(name string, address netip.Addr, since, length time.Duration) (cert, key string) {
	a.t.Helper()
	begin := time.Now().Add(-since)
	a.sign(name, &x509.Certificate{
		IPAddresses: []net.IP{address.AsSlice()}, DNSNames: []string{"localhost"}, NotBefore: begin,
		NotAfter:    begin.Add(length),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a)
	return filepath.Join(a.dir, name+".pem"), filepath.Join(a.dir, name+".key")
}

func (a *authority) sign(name string, c *x509.Certificate, by *authority) (*ecdsa.PrivateKey, *x509.Certificate) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	file := name
	if by == nil {
		file = "ca"
	}
	for suffix, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der},
		".key": {Type: "EC PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(a.dir, file+suffix), pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return key, signed
}

// Row 35 of what must be survived: TLS that does not fit is refused before any
// call, and nothing falls back to plain text.
func TestTLS(t *testing.T) {
	t.Parallel()
	site := testbed.Claim(t)
	address := site.RouteServer()
	ours, others := newAuthority(t, "ours"), newAuthority(t, "others")
	cert, key := ours.issue("server", address, time.Hour, 2*time.Hour)
	expiredCert, expiredKey := ours.issue("expired", address, 2*time.Hour, time.Hour)
	strangeCert, strangeKey := ours.issue("elsewhere", netip.MustParseAddr("192.0.2.1"), time.Hour, 2*time.Hour)
	clientCert, clientKey := ours.issue("client", address, time.Hour, 2*time.Hour)
	othersCert, othersKey := others.issue("client", address, time.Hour, 2*time.Hour)

	server := func(cert, key string, more ...string) *testbed.Daemon {
		pair, err := tls.LoadX509KeyPair(clientCert, clientKey)
		if err != nil {
			t.Fatal(err)
		}
		return testbed.Gobgpd(t, testbed.Config{
			Flags: append([]string{"--tls", "--tls-cert-file", cert, "--tls-key-file", key}, more...),
			TLS:   &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}},
		})
	}
	good := testbed.Config{Site: site, Flags: []string{"--tls", "--tls-cert-file", cert, "--tls-key-file", key},
		TLS: &tls.Config{InsecureSkipVerify: true}}
	right := testbed.Gobgpd(t, good)
	mutual := server(cert, key, "--tls-client-ca-file", ours.file())
	expired := server(expiredCert, expiredKey)
	elsewhere := server(strangeCert, strangeKey)
	plain := testbed.Gobgpd(t, testbed.Config{})
	for _, test := range []struct {
		name string
		at   *testbed.Daemon
		unix bool
		tls  *gobgp.TLS
		want string // in the error; "" for none
	}{
		{name: "right", at: right, tls: &gobgp.TLS{CA: ours.file()}},
		{name: "right, over a socket", at: right, unix: true, tls: &gobgp.TLS{CA: ours.file()}},
		{name: "mutual", at: mutual, unix: true, tls: &gobgp.TLS{CA: ours.file(), Cert: clientCert, Key: clientKey}},
		{name: "mutual, without a certificate", at: mutual, unix: true, tls: &gobgp.TLS{CA: ours.file()},
			want: "does it want a certificate of ours?"},
		{name: "mutual, certificate of somebody else", at: mutual, unix: true,
			tls: &gobgp.TLS{CA: ours.file(), Cert: othersCert, Key: othersKey}, want: "does it trust our certificate?"},
		{name: "wrong CA", at: right, tls: &gobgp.TLS{CA: others.file()},
			want: "certificate signed by unknown authority"},
		{name: "CA of the system", at: right, tls: &gobgp.TLS{}, want: "certificate signed by unknown authority"},
		{name: "wrong name", at: elsewhere, tls: &gobgp.TLS{CA: ours.file()},
			want: "certificate is valid for 192.0.2.1"},
		{name: "expired", at: expired, tls: &gobgp.TLS{CA: ours.file()}, want: "certificate has expired"},
		{name: "plain text server", at: plain, tls: &gobgp.TLS{CA: ours.file()},
			want: "does not look like a TLS handshake"},
		{name: "plain text to TLS", at: right, want: "does it want TLS?"},
		{name: "no such CA", at: right, tls: &gobgp.TLS{CA: "missing.pem"}, want: "no such file"},
		{name: "CA is a key", at: right, tls: &gobgp.TLS{CA: clientKey}, want: "no certificate in"},
		{name: "key of another", at: right, tls: &gobgp.TLS{CA: ours.file(), Cert: clientCert, Key: key},
			want: "does not match"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := gobgp.Options{Address: test.at.Target.String(), TLS: test.tls}
			if test.unix {
				o.Address = "unix://" + test.at.Socket
			}
			c, err := gobgp.Dial(t.Context(), o)
			if err == nil {
				defer c.Close()
				state(t, c)
			}
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (!errors.Is(err, plan.ErrUnreachable) || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error is %v, and should be ErrUnreachable and say %q", err, test.want)
			}
		})
	}
}

// Plain text does not leave the machine, unless that is asked for.
func TestPlainText(t *testing.T) {
	t.Parallel()
	for address, allowed := range map[string]bool{
		"192.0.2.1:50051": false, "rs.example.net:50051": false, "[2001:db8::1]:50051": false,
		"localhost.example.net:1": false,
		"127.0.0.1:1":             true, "localhost:1": true, "[::1]:1": true, "[::ffff:127.0.0.1]:1": true,
		"unix:///nowhere": true,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // before any connection
		for _, insecure := range []bool{false, true} {
			_, err := gobgp.Dial(ctx, gobgp.Options{Address: address, Insecure: insecure})
			refused := strings.Contains(err.Error(), "plain text")
			if refused == (allowed || insecure) || !errors.Is(err, plan.ErrUnreachable) {
				t.Errorf("%s, insecure %t: %v", address, insecure, err)
			}
		}
	}
}

func TestDialRefuses(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", netip.AddrPortFrom(testbed.Claim(t).RouteServer(), 0).String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	stranger := serve(t, grpc.NewServer())
	for address, want := range map[string]string{
		"":                            "neither host:port nor unix:///path",
		"192.0.2.1":                   "neither host:port nor unix:///path",
		"unix://gobgpd.sock":          "a socket's path is absolute",
		"unix:///no/such/gobgpd.sock": "no such file",
		silent.Addr().String():        "no answer in time",
		stranger:                      "does not speak the API of GoBGP 3",
		freeAddress(t):                "connection refused",
		"no-such-host.invalid:50051":  "no such host",
	} {
		_, err := gobgp.Dial(t.Context(), gobgp.Options{Address: address, Timeout: 500 * time.Millisecond,
			Insecure: true})
		if !errors.Is(err, plan.ErrUnreachable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, and should be ErrUnreachable and say %q", address, err, want)
		}
	}
}

// serve runs a server of another service, as gobgpd 4 is.
func serve(t *testing.T, s *grpc.Server) string {
	l, err := net.Listen("tcp", netip.AddrPortFrom(testbed.Claim(t).RouteServer(), 0).String())
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	t.Cleanup(s.Stop)
	return l.Addr().String()
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", netip.AddrPortFrom(testbed.Claim(t).RouteServer(), 0).String())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// gobgpd answers before it has read its file. Dial does not return then.
func TestDialWaitsForTheConfiguration(t *testing.T) {
	t.Parallel()
	members := make([]testbed.MemberConfig, 40)
	for i := range members {
		members[i] = testbed.MemberConfig{ASN: 64496}
	}
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: members})
	for range 3 {
		d.Kill()
		first := make(chan *plan.State)
		go func() {
			defer close(first)
			for t.Context().Err() == nil {
				c, err := gobgp.Dial(t.Context(), gobgp.Options{Address: "unix://" + d.Socket})
				if err != nil {
					continue // it does not run yet
				}
				s, _ := c.State(t.Context())
				c.Close()
				first <- s
				return
			}
		}()
		d.Restart()
		s := <-first
		if s == nil || len(s.Clients) != len(members) || s.Import == nil {
			t.Errorf("read too early: %+v", s)
		}
	}
}

// A route server without neighbors is ready after a while.
func TestDialWithoutNeighbors(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor})
	s := state(t, dialTarget(t, d))
	if len(s.Clients) != 1 {
		t.Fatalf("neighbors: %v", s.Clients)
	}
	if _, err := d.API().DeletePeer(t.Context(), deletePeer(s.Clients[0].Address)); err != nil {
		t.Fatal(err)
	}
	if s := state(t, dialTarget(t, d)); len(s.Clients) != 0 || s.Server.ASN != 64500 {
		t.Errorf("neighbors of %v: %v", s.Server, s.Clients)
	}
}
