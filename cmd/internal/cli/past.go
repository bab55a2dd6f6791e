package cli

import (
	"sync"

	"depeer/filters/diag"
	"depeer/policies/journal"
)

// What the history tells of a target may be in files that cannot be read: of another version,
// damaged, or nothing of ours. These are passed over, each named once. What is built on them
// is then not known, and what the target itself tells is enough: its gates and locks say
// whether a change was cut off.

// passed are the files that were named.
type passed struct {
	mu    sync.Mutex
	files map[string]bool
}

// isFirst says whether a file was not named before.
func (p *passed) isFirst(file string) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.files == nil {
		p.files = map[string]bool{}
	}
	named := p.files[file]
	p.files[file] = true
	return !named
}

// passOver names a file that is passed over, once.
func (s *session) passOver(unread *journal.UnreadError) {
	if !s.passed.isFirst(unread.Path) {
		return
	}
	s.log.Warn("passed over", "file", unread.Path, "why", unread.Err)
	var l diag.List
	l.Warnf(diag.Position{File: unread.Path}, "state-unread", "", "passed over: it cannot be read: %v", unread.Err)
	s.view.Warnings(l)
}
