package cli

import (
	"context"

	"depeer/cmd/internal/interrupt"
	"depeer/filters/diag"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/operate"
)

// newOperator returns the operator of a command.
func (s *session) newOperator() *operate.Operator {
	return &operate.Operator{Reporter: reporter{s.view, s}, Log: s.log, Dial: s.dialTarget, Store: s.openStore,
		Exchange: s.readExchange, Judge: s.judge, StartGuardian: s.startGuardian, Now: s.now, Working: interrupt.Working,
		By:   nameUser(),
		Tool: readBuild().Version}
}

// dialTarget reaches a target.
func (s *session) dialTarget(ctx context.Context, t operate.Target) (operate.Daemon, error) {
	client, err := gobgp.Dial(ctx, s.newDialOptions(t))
	if err != nil {
		return nil, err
	}
	return client, nil
}

// newDialOptions returns the options for a connection to gobgpd.
func (s *session) newDialOptions(t operate.Target) gobgp.Options {
	return gobgp.Options{Address: t.Address, Timeout: t.Timeout, TLS: (*gobgp.TLS)(t.TLS), Insecure: t.Insecure,
		Logger: s.log}
}

// shower is the part of a view that shows what goes on.
type shower interface {
	Note(format string, args ...any)
	Progress(what string)
	Warnings(diag.List)
}

// reporter shows what operations tell while they run.
type reporter struct {
	shower
	session *session
}

// PassOver names a file of the state directory that cannot be read, once.
func (r reporter) PassOver(unread *journal.UnreadError) { r.session.passOver(unread) }

// KeepText keeps a text for carets.
func (r reporter) KeepText(file string, text []byte) { r.session.reader.Files.Keep(file, text) }
