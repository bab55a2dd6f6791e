package run

import (
	"context"
	"log/slog"
	"time"

	"depeer/filters/diag"
	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/operate"
)

// operatorAt returns what does one step, at a moment. It reads files anew, and says nothing: the
// runner says what came of the step.
func (r *Runner) operatorAt(ctx context.Context, now time.Time) *operate.Operator {
	o := r.Operator
	o.Reporter, o.Log, o.Now = silent{}, slog.New(slog.DiscardHandler), now
	o.Store = func() (*journal.Store, error) {
		store, err := r.Operator.Store()
		if err == nil {
			store.OnUnread = func(*journal.UnreadError) {}
		}
		return store, err
	}
	reader := r.Reader.At(ctx, now)
	o.Exchange = func() *exchange.Exchange {
		x, _ := reader.ReadExchange()
		return x
	}
	return &o
}

// silent is told what a person would want to know while an operation runs, and says nothing.
type silent struct{}

func (silent) Note(string, ...any)           {}
func (silent) Progress(string)               {}
func (silent) Warnings(diag.List)            {}
func (silent) PassOver(*journal.UnreadError) {}
func (silent) KeepText(string, []byte)       {}
