package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/osrg/gobgp/v3/pkg/log"
)

// logger passes what GoBGP logs to slog. GoBGP's configuration code reports its
// failures by a fatal message only, and goes on if that returns: the first one
// is kept, for loadConfig to return as its error.
type logger struct {
	to *slog.Logger

	mu    sync.Mutex
	fatal error
}

// newLogger returns a logger that names the speaker it logs for.
func newLogger(to *slog.Logger, speaker string) *logger {
	if to == nil {
		to = slog.New(slog.DiscardHandler)
	}
	return &logger{to: to.With("speaker", speaker)}
}

// takeFailure returns the first fatal message, and clears it.
func (l *logger) takeFailure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.fatal
	l.fatal = nil
	return err
}

func (l *logger) Fatal(msg string, fields log.Fields) {
	err := errors.New(msg)
	for _, key := range []string{"Error", "Err"} {
		if cause, ok := fields[key].(error); ok {
			err = fmt.Errorf("%s: %w", msg, cause)
		}
	}
	l.mu.Lock()
	if l.fatal == nil {
		l.fatal = err
	}
	l.mu.Unlock()
	l.writeLine(slog.LevelError, msg, fields)
}

func (l *logger) Panic(msg string, _ log.Fields)      { panic("lab: GoBGP: " + msg) }
func (l *logger) Error(msg string, fields log.Fields) { l.writeLine(slog.LevelError, msg, fields) }
func (l *logger) Warn(msg string, fields log.Fields)  { l.writeLine(slog.LevelWarn, msg, fields) }
func (l *logger) Info(msg string, fields log.Fields)  { l.writeLine(slog.LevelInfo, msg, fields) }
func (l *logger) Debug(msg string, fields log.Fields) { l.writeLine(slog.LevelDebug, msg, fields) }

// SetLevel does nothing: the level is the handler's.
func (l *logger) SetLevel(log.LogLevel) {}

// GetLevel says whether debugging is wanted: GoBGP asks before it prepares much.
func (l *logger) GetLevel() log.LogLevel {
	if l.to.Enabled(context.Background(), slog.LevelDebug) {
		return log.DebugLevel
	}
	return log.InfoLevel
}

// writeLine writes one line, its fields sorted.
func (l *logger) writeLine(level slog.Level, msg string, fields log.Fields) {
	attrs := make([]slog.Attr, 0, len(fields))
	for k, v := range fields {
		if k != log.FieldFacility {
			attrs = append(attrs, slog.Any(k, v))
		}
	}
	slices.SortFunc(attrs, func(a, b slog.Attr) int { return strings.Compare(a.Key, b.Key) })
	l.to.LogAttrs(context.Background(), level, msg, attrs...)
}
