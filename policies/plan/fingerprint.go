package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// Fingerprint returns a digest of everything in s that a change depends on: the server's identity, the
// clients and their lists, and all objects, ours and others. It does not depend on the daemon's order of
// sets and elements, nor on whether sessions are up. A plan is stale if it has changed.
func (s *State) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintln(h, s.Server.RouterID, s.Server.ASN)
	for _, c := range s.Clients {
		fmt.Fprintln(h, "client", c.Address, c.ASN, c.RouteServer, c.Dynamic, c.SecondaryRoute, c.AddPath, c.AdminDown,
			c.DownInFile, c.Import, c.Export)
	}
	for _, name := range sortedKeys(s.Groups) {
		fmt.Fprintf(h, "group %q %+v\n", name, s.Groups[name])
	}
	for _, set := range s.Sets.sortedObjects() {
		writeSet(h, set.Name, s.Sets[set])
	}
	for _, name := range sortedKeys(s.Gates) {
		fmt.Fprintln(h, "gate", name, s.Gates[name])
	}
	for _, name := range sortedKeys(s.Statements) {
		st := s.Statements[name]
		fmt.Fprintf(h, "statement %q %+v %+v %s\n", name, st.Conditions, st.Gate, actionsText(st.Actions))
	}
	fmt.Fprintln(h, "import", s.Import != nil, s.Import, "export", s.Export != nil, s.Export)
	fmt.Fprintln(h, "applied", slices.Sorted(slices.Values(s.Applied)))
	if len(s.RolledBack) > 0 { // plans of older versions have been made without
		fmt.Fprintln(h, "rolled back", slices.Sorted(slices.Values(s.RolledBack)))
	}
	fmt.Fprintf(h, "sessions %q\n", slices.SortedFunc(slices.Values(s.Sessions), session.Note.Compare))
	for _, o := range slices.SortedFunc(maps.Keys(s.Theirs), Object.compare) {
		fmt.Fprintln(h, o, s.Theirs[o])
	}
	for _, conflict := range s.Conflicts {
		fmt.Fprintln(h, "strange", conflict.Object, conflict.Why)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// writeSet writes the elements of a set, sorted.
func writeSet(w io.Writer, name string, elements policies.Elements) {
	lines := make([]string, 0, elements.Len())
	for e := range elements.All() {
		lines = append(lines, fmt.Sprint(e))
	}
	slices.Sort(lines)
	fmt.Fprintln(w, "set", name, len(lines))
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
}

// actionsText writes actions, with the value of the MED in place of its pointer.
func actionsText(a policies.Actions) string {
	med := "none"
	if a.MED != nil {
		med = fmt.Sprint(*a.MED)
	}
	a.MED = nil
	return fmt.Sprintf("%+v med %s", a, med)
}
