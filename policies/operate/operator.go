package operate

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"depeer/filters/diag"
	"depeer/policies/apply"
	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// Operator does what an operator does to route servers. All fields are set, and do not change
// while an operation runs; one operator may run operations on several targets at once.
type Operator struct {
	Reporter
	Log *slog.Logger

	// Dial reaches a route server. Its errors say that the target was not reached.
	Dial func(context.Context, Target) (Daemon, error)
	// Store opens the history of this machine.
	Store func() (*journal.Store, error)
	// Exchange reads the exchange file; nil: there is none, or it is invalid.
	Exchange func() *exchange.Exchange
	// Judge says what gobgpd makes of a gobgpd.conf.
	Judge FileJudge
	// StartGuardian starts the process that takes an entry back unless it is confirmed in time.
	StartGuardian func(t Target, entry string) error
	// Working, if set, is told that a target is being changed, until done is called.
	Working func() (done func())

	Now  time.Time // the moment that lists are compiled for
	By   string    // user@host
	Tool string    // version of the program
}

// Reporter is told what a person wants to know while an operation runs.
type Reporter interface {
	// Note says what a program does not want to know.
	Note(format string, args ...any)
	// Progress says what is being done.
	Progress(what string)
	// Warnings says what is to be known beside a result.
	Warnings(diag.List)
	// PassOver names a file of the state directory that cannot be read.
	PassOver(*journal.UnreadError)
	// KeepText keeps the text of a file that diagnostics may be about.
	KeepText(file string, text []byte)
}

// Daemon is a connection to a running route server: all that operations need of it. Package
// gobgp implements it.
type Daemon interface {
	apply.Daemon
	// Announced yields what clients announce, as they announce it.
	Announced(ctx context.Context, clients []plan.Client) rib.Source
	// AnnouncedByOthers yields what neighbors announce that are no route-server clients.
	AnnouncedByOthers(ctx context.Context, neighbors []plan.Client) rib.Source
	// Passages returns a lookup of which paths that clients announce passed their import policies.
	Passages(ctx context.Context, clients []plan.Client) rib.Passages
	// Pulse returns a text that differs when something has changed.
	Pulse(context.Context) (string, error)
	// Peers yields what happens to neighbors from now on.
	Peers(context.Context) iter.Seq2[plan.PeerEvent, error]
	// LongestUp returns for how long the session that is up longest is up.
	LongestUp(context.Context) (time.Duration, error)
	Close() error
}
