package gobgp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Options say how to reach a gobgpd. Address is needed.
type Options struct {
	// Address is host:port, or unix:///path.
	Address string
	// TLS is how to speak to it; nil: in plain text, which anybody on the way can
	// read and change.
	TLS *TLS
	// Insecure allows plain text to hosts other than this one.
	Insecure bool
	// Timeout is how long a silent gobgpd is waited for; 0: DefaultTimeout.
	Timeout time.Duration
	// Logger is told of every writing call; nil: nobody is.
	Logger *slog.Logger
}

// DefaultTimeout is when a silent gobgpd counts as not reached.
const DefaultTimeout = 15 * time.Second

// TLS names files in PEM.
type TLS struct {
	CA   string // of gobgpd's certificate; "" for those that the system trusts
	Cert string // of this client; "" for none
	Key  string // of Cert
}

func (o Options) timeoutOrDefault() time.Duration {
	if o.Timeout == 0 {
		return DefaultTimeout
	}
	return o.Timeout
}

func (o Options) loggerOrDefault() *slog.Logger {
	if o.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Logger
}

// targetAddress returns the address in the words of grpc.
func (o Options) targetAddress() (string, error) {
	if socket, ok := strings.CutPrefix(o.Address, "unix://"); ok {
		if !filepath.IsAbs(socket) {
			return "", fmt.Errorf("%s: a socket's path is absolute", o.Address)
		}
		return o.Address, nil
	}
	if _, _, err := net.SplitHostPort(o.Address); err != nil {
		return "", fmt.Errorf("%q is neither host:port nor unix:///path", o.Address)
	}
	return "passthrough:///" + o.Address, nil
}

// isLocal says whether nothing can be between us and gobgpd.
func (o Options) isLocal() bool {
	if strings.HasPrefix(o.Address, "unix://") {
		return true
	}
	host, _, _ := net.SplitHostPort(o.Address)
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

func (o Options) makeCredentials() (credentials.TransportCredentials, error) {
	if o.TLS == nil {
		if !o.isLocal() && !o.Insecure {
			return nil, errors.New("plain text to another host: anybody on the way could change routes; use TLS, or " +
				"--insecure")
		}
		return insecure.NewCredentials(), nil
	}
	config, err := o.TLS.makeConfig()
	return credentials.NewTLS(config), err
}

// describeDoubt says what may be wrong where gobgpd hangs up at once.
func (o Options) describeDoubt() string {
	switch {
	case o.TLS == nil:
		return "does it want TLS?"
	case o.TLS.Cert == "":
		return "does it want a certificate of ours?"
	default:
		return "does it trust our certificate?"
	}
}

func (t *TLS) makeConfig() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		text, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("ca: no certificate in %s", t.CA)
		}
	}
	if t.Cert != "" || t.Key != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("cert, key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
