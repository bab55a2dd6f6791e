package judge

import (
	"fmt"
	"sync"

	"github.com/osrg/gobgp/v3/pkg/log"
)

// logger collects the messages of GoBGP's code. It treats a fatal message as gobgpd does: a mistake
// of the configuration is a warning (without --config-strict), any other ends it.
type logger struct {
	mu    sync.Mutex
	lines []line
}

// line is a message about one thing that went wrong, or about policy that is loaded.
type line struct {
	msg, key, err string
}

// fatalExit is the panic that replaces gobgpd's exit.
type fatalExit struct{ why string }

func (l *logger) addLine(msg string, fields log.Fields) line {
	said := line{msg: msg}
	for _, name := range []string{"Error", "Err"} {
		if v, ok := fields[name]; ok && v != nil {
			said.err = fmt.Sprint(v)
		}
	}
	if v, ok := fields["Key"].(string); ok {
		said.key = v
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, said)
	return said
}

// takeLines returns the lines since the last call.
func (l *logger) takeLines() []line {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

func (l *logger) Fatal(msg string, fields log.Fields) {
	said := l.addLine(msg, fields)
	if !fields.HasFacility(log.FacilityConfig) {
		panic(fatalExit{said.formatWhy()})
	}
}

func (s line) formatWhy() string {
	if s.err == "" {
		return s.msg
	}
	return s.msg + ": " + s.err
}

func (l *logger) Panic(msg string, fields log.Fields) {
	panic(fatalExit{l.addLine(msg, fields).formatWhy()})
}
func (l *logger) Error(msg string, fields log.Fields) { l.addLine(msg, fields) }
func (l *logger) Warn(msg string, fields log.Fields)  { l.addLine(msg, fields) }

func (l *logger) Info(msg string, fields log.Fields) {
	if msg == policyLoaded {
		l.addLine(msg, fields)
	}
}

// policyLoaded is the message of UpdateConfig before it loads policy.
const policyLoaded = "policy config is update"

// policyUnread is the message that ends a start, and that a reload ignores.
const policyUnread = "failed to update policy config"

// Debug does nothing: it would print neighbors, and their passwords.
func (*logger) Debug(string, log.Fields) {}
func (*logger) SetLevel(log.LogLevel)    {}
func (*logger) GetLevel() log.LogLevel   { return log.InfoLevel }
