package cli

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"

	"depeer/cmd/internal/cmdline"
	"depeer/filters/trust"
	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/operate"
)

// findTarget finds the route server that a command is for.
func (s *session) findTarget(f targetFlags, x *exchange.Exchange) (operate.Target, error) {
	name := f.target
	if name == "" {
		return operate.Target{}, cmdline.NewUsageError("depeer "+f.command+
			" --target rs1, or an address such as unix:///run/gobgpd.sock",
			"no target: it is never guessed")
	}
	if name == exchange.AllTargets {
		return operate.Target{}, cmdline.NewUsageError("depeer "+f.command+" --target NAME", "%s is for one target at a time",
			f.command)
	}
	t := operate.Target{Timeout: f.timeout, Insecure: f.insecure,
		MaxAddedBytes: exchange.DefaultLimits().MaxAddedBytes}
	if x != nil {
		t.MaxAddedBytes = x.Limits.MaxAddedBytes
		for _, known := range x.Targets {
			if known.Name == name || known.Address.String() == name {
				t.Name, t.Address, t.TLS, t.Persist = known.Name, known.Address.String(),
					s.findTLS(known), known.Persist
				return t, s.checkTLS(t.TLS)
			}
		}
	}
	address, err := exchange.ParseAddress(name)
	if err != nil && x == nil && s.confWrong != nil {
		return operate.Target{}, s.confWrong
	}
	if err != nil {
		return operate.Target{}, cmdline.NewUsageError("--target NAME, host:port or unix:///path",
			"--target %s: neither a target of the exchange file nor an address", name)
	}
	t.Address = address.String()
	return t, nil
}

// findTLS returns a target's TLS files, which stand beside the exchange file.
func (s *session) findTLS(t exchange.Target) *exchange.TLS {
	if t.TLS == nil {
		return nil
	}
	beside := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(s.reader.Used), name)
	}
	return &exchange.TLS{CA: beside(t.TLS.CA), Cert: beside(t.TLS.Cert), Key: beside(t.TLS.Key)}
}

// checkTLS judges the files that say which route server is spoken to, and as whom. One that is missing
// fails where it is read.
func (s *session) checkTLS(files *exchange.TLS) error {
	if files == nil {
		return nil
	}
	for _, f := range []struct {
		name string
		kind trust.Kind
	}{{files.CA, trust.Exchange}, {files.Cert, trust.Exchange}, {files.Key, trust.Secret}} {
		if f.name == "" {
			continue
		}
		if err := s.trustRule().Check(f.name, f.kind); errors.As(err, new(*trust.Error)) {
			return &operate.Error{Kind: operate.Invalid, Name: "input-untrusted", Hint: trust.Hint,
				Err: fmt.Errorf("%s: %w", f.name, err)}
		}
	}
	return nil
}

// openStore opens the journal, which keeps what was done to route servers.
func (s *session) openStore() (*journal.Store, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	store, err := journal.OpenTrusting(dir, s.trustRule())
	if err != nil {
		return nil, operate.NewStateError(err)
	}
	store.OnUnread = s.passOver
	return store, nil
}

// trustRule says whose files are used.
func (s *session) trustRule() trust.Rule { return s.reader.Files.Trust }

// nameUser returns who runs this program: user@host.
func nameUser() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return name + "@" + host
}
