package exchange

import (
	"path"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/strict"
)

// AllTargets names all targets together on a command line: no target has this name.
const AllTargets = "all"

// Target is a route server that policy is put into.
type Target struct {
	Name    string // slug; not AllTargets
	Address Address
	ASN     filters.ASN // its ASN, if not the exchange's; 0: the exchange's, or any
	TLS     *TLS        // nil: in plain text
	After   string      // the target that is changed before this one; "" for none
	// Persist is the absolute path of the gobgpd.conf, on this machine, that keeps our part,
	// too: Address is Here. "" for none.
	Persist string
	Source  diag.Position

	ASNSource diag.Position
}

// TLS names the files for TLS with a target: in PEM, as written, relative to the
// exchange file.
type TLS struct {
	CA   string // "" takes the system's
	Cert string // of this client; "" for none, and then without Key
	Key  string
}

// targetReader is one target in the making.
type targetReader struct {
	Target
	tls, after, persist, address *strict.Node
}

var targetFields = []strict.Field[targetReader]{
	{Key: "name", Required: true, Read: func(t *targetReader, n strict.Node) {
		if readSlug(n, &t.Name) && t.Name == AllTargets {
			n.Errorf("target-name", "another name", "%q stands for all targets", t.Name)
		}
	}},
	{Key: "address", Required: true, Read: func(t *targetReader, n strict.Node) {
		if a, ok := strict.Value(n, ParseAddress); ok {
			t.Address, t.address = a, &n
		}
	}},
	{Key: "asn", Read: func(t *targetReader, n strict.Node) {
		if asn, ok := readASN(n); ok {
			t.ASN, t.ASNSource = asn, n.Position()
		}
	}},
	{Key: "tls", Read: readTLS},
	{Key: "after", Read: func(t *targetReader, n strict.Node) {
		if readSlug(n, &t.After) {
			t.after = &n
		}
	}},
	{Key: "persist", Read: readPersist},
}

var tlsFields = []strict.Field[TLS]{
	{Key: "ca", Read: func(t *TLS, n strict.Node) { readText(n, &t.CA) }},
	{Key: "cert", Read: func(t *TLS, n strict.Node) { readText(n, &t.Cert) }},
	{Key: "key", Read: func(t *TLS, n strict.Node) { readText(n, &t.Key) }},
}

func readTLS(t *targetReader, n strict.Node) {
	t.tls, t.TLS = &n, new(TLS)
	if strict.Map(n, tlsFields, t.TLS) && (t.TLS.Cert == "") != (t.TLS.Key == "") {
		n.Errorf("tls", "cert: ... and key: ..., or neither", "a certificate needs its key, and a key its certificate")
	}
}

func readPersist(t *targetReader, n strict.Node) {
	s, ok := n.Text()
	if !ok {
		return
	}
	if !path.IsAbs(s) {
		n.Errorf("path", "such as /etc/gobgpd.conf", "%q is not an absolute path", s)
		return
	}
	t.Persist, t.persist = s, &n
}

func readTargets(r *reader, n strict.Node) {
	names, addresses, files := make(seenValues[string]), make(seenValues[Address]), make(seenValues[string])
	var targets []targetReader
	readEach(n, func(n strict.Node) {
		var t targetReader
		t.Source = n.Position()
		if !strict.Map(n, targetFields, &t) {
			return
		}
		if t.tls != nil && t.Address.Socket != "" {
			t.tls.Errorf("tls", "leave it out", "a Unix socket has no TLS")
		}
		if t.address != nil {
			addresses.addNew(*t.address, t.Address, t.Address.String())
		}
		if t.persist != nil && t.address != nil && !t.Address.Here() {
			t.persist.Errorf("persist-remote", "leave it out; depeer watch on that machine can keep it",
				"%s is another machine, and persist is for the machine that gobgpd runs on", t.Address)
		}
		if t.persist != nil {
			files.addNew(*t.persist, path.Clean(t.Persist), t.Persist)
		}
		if t.Name != "" && names.addNew(n, t.Name, "target "+t.Name) {
			targets = append(targets, t)
		}
	})
	checkOrder(targets)
	for _, t := range targets {
		r.ex.Targets = append(r.ex.Targets, t.Target)
	}
}

// InOrder returns the targets in the order in which they are changed: each behind
// the one that it waits for, and else as the file has them.
func (e *Exchange) InOrder() []Target {
	named := make(map[string]Target, len(e.Targets))
	for _, t := range e.Targets {
		named[t.Name] = t
	}
	out := make([]Target, 0, len(e.Targets))
	placed := make(map[string]bool, len(e.Targets))
	var place func(Target)
	place = func(t Target) {
		if placed[t.Name] {
			return
		}
		if before, waits := named[t.After]; waits {
			place(before) // ends: no target waits for itself (checkOrder)
		}
		placed[t.Name], out = true, append(out, t)
	}
	for _, t := range e.Targets {
		place(t)
	}
	return out
}

// checkOrder checks that each after names a target, and that none waits for itself,
// directly or over others. It complains about a circle once, at its first target.
func checkOrder(targets []targetReader) {
	names := make([]string, len(targets))
	index := make(map[string]int, len(targets))
	for i, t := range targets {
		names[i], index[t.Name] = t.Name, i
	}
	walked := make([]int, len(targets)) // by which walk along after, counted from 1
	for i, t := range targets {
		if _, ok := index[t.After]; t.after != nil && !ok {
			t.after.Errorf("unknown-target", nearestHint(t.After, names), "there is no target %s", t.After)
		}
		at, ok := i, true
		for ok && walked[at] == 0 {
			walked[at] = i + 1
			at, ok = index[targets[at].After]
		}
		if ok && walked[at] == i+1 {
			first, way := findCircle(targets, index, at)
			first.after.Errorf("target-circle", "", "targets wait for each other: %s", strings.Join(way, " after "))
		}
	}
}

// findCircle returns the first target of the circle that at is on, and the names along
// the circle, from that target back to itself.
func findCircle(targets []targetReader, index map[string]int, at int) (targetReader, []string) {
	first := at
	for next := index[targets[at].After]; next != at; next = index[targets[next].After] {
		first = min(first, next)
	}
	way := []string{targets[first].Name}
	for next := index[targets[first].After]; next != first; next = index[targets[next].After] {
		way = append(way, targets[next].Name)
	}
	return targets[first], append(way, targets[first].Name)
}
