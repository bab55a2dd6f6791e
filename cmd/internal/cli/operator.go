package cli

import (
	"context"

	"depeer/filters/diag"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/operate"
)

// operator returns what does the operations of a command.
func (s *session) operator() *operate.Operator {
	return &operate.Operator{Reporter: reporter{s.view, s}, Log: s.log, Dial: s.dial, Store: s.store,
		Exchange: s.exchangeOf, Judge: s.judge, StartGuardian: s.startGuardian, Now: s.now, By: self(),
		Tool: built().Version}
}

// dial reaches a target.
func (s *session) dial(ctx context.Context, t operate.Target) (operate.Daemon, error) {
	client, err := gobgp.Dial(ctx, s.optionsOf(t))
	if err != nil {
		return nil, err
	}
	return client, nil
}

// optionsOf returns how gobgpd is reached.
func (s *session) optionsOf(t operate.Target) gobgp.Options {
	return gobgp.Options{Address: t.Address, Timeout: t.Timeout, TLS: (*gobgp.TLS)(t.TLS), Insecure: t.Insecure,
		Logger: s.log}
}

// shower is the part of a view that shows what goes on.
type shower interface {
	Note(format string, args ...any)
	Progress(what string)
	Warnings(diag.List)
}

// reporter passes on what operations tell while they run.
type reporter struct {
	shower
	session *session
}

// PassOver names a file of the state directory that cannot be read, once.
func (r reporter) PassOver(unread *journal.UnreadError) { r.session.passOver(unread) }

// KeepText keeps a text for carets.
func (r reporter) KeepText(file string, text []byte) { r.session.reader.Files.Keep(file, text) }
