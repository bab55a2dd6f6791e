package judge

import (
	"fmt"
	"sync"

	"github.com/osrg/gobgp/v3/pkg/log"
)

// logger takes what GoBGP's code says, and does with a fatal message what gobgpd does: a
// mistake of the configuration is a warning (without --config-strict), all else is its end.
type logger struct {
	mu    sync.Mutex
	lines []line
}

// line is a message of one thing that went wrong, or of policy that is loaded.
type line struct {
	msg, key, err string
}

// ended is the panic in the place of gobgpd's end.
type ended struct{ why string }

func (l *logger) note(msg string, fields log.Fields) line {
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

// said returns the lines since the last time.
func (l *logger) said() []line {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

func (l *logger) Fatal(msg string, fields log.Fields) {
	said := l.note(msg, fields)
	if !fields.HasFacility(log.FacilityConfig) {
		panic(ended{said.why()})
	}
}

func (s line) why() string {
	if s.err == "" {
		return s.msg
	}
	return s.msg + ": " + s.err
}

func (l *logger) Panic(msg string, fields log.Fields) { panic(ended{l.note(msg, fields).why()}) }
func (l *logger) Error(msg string, fields log.Fields) { l.note(msg, fields) }
func (l *logger) Warn(msg string, fields log.Fields)  { l.note(msg, fields) }

func (l *logger) Info(msg string, fields log.Fields) {
	if msg == policyLoaded {
		l.note(msg, fields)
	}
}

// policyLoaded is what UpdateConfig says before it loads policy.
const policyLoaded = "policy config is update"

// policyUnread is what ends a start, and what a reload passes over.
const policyUnread = "failed to update policy config"

// Debug does nothing: it would print neighbors, and their passwords.
func (*logger) Debug(string, log.Fields) {}
func (*logger) SetLevel(log.LogLevel)    {}
func (*logger) GetLevel() log.LogLevel   { return log.InfoLevel }
