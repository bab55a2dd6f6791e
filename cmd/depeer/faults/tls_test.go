package faults_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

// Row 35: TLS that does not fit is refused before the first call, and nothing falls
// back to plain text, which does not leave the machine unless that is asked for.
func TestTLS(t *testing.T) {
	t.Parallel()
	site := testbed.Claim(t)
	dir := t.TempDir()
	ours, others := newAuthority(t, dir, "ours"), newAuthority(t, dir, "others")
	ours.issue("server", site.RouteServer(), time.Hour)
	ours.issue("expired", site.RouteServer(), -time.Minute)
	ours.issue("elsewhere", netip.MustParseAddr("192.0.2.1"), time.Hour)
	ours.issue("client", site.RouteServer(), time.Hour)
	others.issue("strange", site.RouteServer(), time.Hour)
	file := func(name string) string { return filepath.Join(dir, name) }
	client, err := tls.LoadX509KeyPair(file("client.pem"), file("client.key"))
	if err != nil {
		t.Fatal(err)
	}

	c := exchange()
	c.Site = site
	c.Flags = []string{"--tls", "--tls-cert-file", file("server.pem"), "--tls-key-file", file("server.key"),
		"--tls-client-ca-file", file("ours.pem")}
	c.TLS = &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{client}}
	w := newWorld(t, c)
	plain := testbed.Gobgpd(t, testbed.Config{Policy: anchored})
	at := w.Daemon.Target.String()
	plan := func(name, address, ca, pair string) result {
		w.write(name+".yaml", lists["depeer.yaml"]+
			fmt.Sprintf("targets:\n  - {name: rs, address: %q, tls: {ca: %s, cert: %s, key: %s}}\n", address, file(ca),
				file(pair+".pem"), file(pair+".key")))
		return w.depeer("plan", "a.yaml", "-c", name+".yaml", "-o", name+".plan", "--target", "rs", "--timeout", "5s")
	}
	plan("right", at, "ours.pem", "client").exits(0)
	w.depeer("apply", "right.plan", "-c", "right.yaml", "--yes").exits(0)
	w.holds(outcomes["a"])
	w.unchanged(func() {
		plan("wrong-ca", at, "others.pem", "client").exits(7).says("unknown authority")
		plan("wrong-client", at, "ours.pem", "strange").exits(7)
		plan("expired", impostor(t, file("expired")), "ours.pem", "client").exits(7).says("expired")
		plan("wrong-name", impostor(t, file("elsewhere")), "ours.pem", "client").exits(7).says("192.0.2.1")
		plan("plain", plain.Target.String(), "ours.pem", "client").exits(7)
		w.depeer("plan", "a.yaml", "--target", "192.0.2.1:50051").exits(7).says("plain text", "--insecure")
		w.depeer("plan", "a.yaml", "-c", "depeer.yaml", "--target", at, "--json").exits(7).says("does it want TLS?")
		w.depeer("clear", "--yes", "-c", "depeer.yaml", "--target", at).exits(7)
	})
}

// impostor is a server that has a certificate and nothing to say.
func impostor(t testing.TB, certificate string) string {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(certificate+".pem", certificate+".key")
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", netip.AddrPortFrom(testbed.Claim(t).RouteServer(), 0).String(),
		&tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				conn.(*tls.Conn).Handshake()
				conn.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// authority signs certificates, which it leaves in a directory.
type authority struct {
	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB, dir, name string) *authority {
	a := &authority{t: t, dir: dir}
	a.cert, a.key = a.sign(name, &x509.Certificate{IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotAfter: time.Now().Add(time.Hour)})
	return a
}

// issue leaves a certificate for address, which ends after so long.
func (a *authority) issue(name string, address netip.Addr, length time.Duration) {
	a.t.Helper()
	a.sign(name, &x509.Certificate{
		IPAddresses: []net.IP{address.AsSlice()}, NotAfter: time.Now().Add(length),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
}

func (a *authority) sign(name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.check(err)
	c.SerialNumber, c.Subject, c.NotBefore = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name},
		time.Now().Add(-time.Hour)
	parent, signer := c, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	a.check(err)
	secret, err := x509.MarshalECPrivateKey(key)
	a.check(err)
	for suffix, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der},
		".key": {Type: "EC PRIVATE KEY", Bytes: secret}} {
		a.check(os.WriteFile(filepath.Join(a.dir, name+suffix), pem.EncodeToMemory(block), 0o600))
	}
	signed, err := x509.ParseCertificate(der)
	a.check(err)
	return signed, key
}

func (a *authority) check(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}
