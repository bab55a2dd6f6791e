package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"depeer/policies/plan"
)

// answer judges a file. Its error says that it could not.
func answer(ctx context.Context, q Question) (*Answer, error) {
	a := &Answer{}
	file, err := readFile(q.File)
	if err != nil {
		dead := unread(err)
		a.Start = Outcome{Problems: []Problem{dead}}
		a.Reload = Outcome{Ignored: true}
		return a, nil
	}
	deaf := cannotListen(file)
	excerpt := quiet(file)
	m := meaningOf(file)
	m.deaf = deaf
	m.keys = keysOf(q.File)
	a.Clients, a.Warnings = m.clients(), append(wordsOf(file), m.twice()...)
	if excerpt {
		a.Warnings = append(a.Warnings, Problem{Kind: Excerpt, Object: "this file",
			Why: "it has no [global.config], and gobgpd does not start with it alone"})
	}
	if a.Start, err = m.start(ctx); err != nil {
		return nil, err
	}
	a.Reload, err = m.reload(ctx, q)
	return a, err
}

// start starts with the file.
func (m *meaning) start(ctx context.Context) (Outcome, error) {
	e := newEngine()
	lines, died := e.load(ctx, m.copied())
	if died != nil {
		m.lost = hasLine(lines, policyUnread)
		return Outcome{Problems: []Problem{{Kind: NoStart, Why: died.Error()}}}, nil
	}
	state, err := e.state(ctx)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{State: state, Wipes: true}
	out.Rejecting = rejecting(state)
	why, lost := m.policyLost(ctx, e, lines)
	if m.lost = lost; lost {
		out.Problems = m.locate(ctx, why)
	}
	out.Problems = append(out.Problems, m.neighborsAmiss(state, lines)...)
	out.Problems = append(out.Problems, m.groupsAmiss()...)
	out.Problems = append(out.Problems, m.globalAmiss(ctx, e)...)
	if !lost {
		amiss, err := m.statementsAmiss(ctx, e)
		if err != nil {
			return Outcome{}, err
		}
		out.Problems = append(out.Problems, amiss...)
	}
	if lost { // said with it
		out.Problems = slices.DeleteFunc(out.Problems, func(p Problem) bool { return p.Kind == Rejects })
	}
	if m.deaf != "" {
		return Outcome{Problems: []Problem{{Kind: NoStart, Path: "global.config.local-address-list", Why: m.deaf}}}, nil
	}
	return out, nil
}

// reload reloads the file after another.
func (m *meaning) reload(ctx context.Context, q Question) (Outcome, error) {
	before, lost := m.repaired(), m.lost
	if q.Loaded != nil {
		loaded, err := readFile(q.Loaded)
		if err != nil {
			return Outcome{}, fmt.Errorf("the file as it was loaded: %w", err)
		}
		quiet(loaded)
		before = loaded
		if m, err = m.again(q.File); err != nil { // the groups of what was read last hold (oc.configuredFields)
			return Outcome{}, err
		}
	}
	e := newEngine()
	if _, died := e.load(ctx, before); died != nil {
		if q.Loaded == nil {
			return Outcome{}, nil // what ends a start has been said
		}
		return Outcome{}, fmt.Errorf("a start with the file as it was loaded: %w", died)
	}
	if q.IsLive {
		if err := e.live(ctx, q.Live); err != nil {
			return Outcome{}, err
		}
	}
	had, err := e.state(ctx)
	if err != nil {
		return Outcome{}, err
	}
	next := m.copied()
	if q.Loaded == nil && !q.IsLive { // only neighbors and their lists are asked about
		next = m.bare()
	}
	lines, died := e.load(ctx, next)
	if died != nil {
		return Outcome{Problems: []Problem{{Kind: NoStart, Why: died.Error()}}}, nil
	}
	out := Outcome{Wipes: hasLine(lines, policyLoaded)}
	if out.State, err = e.state(ctx); err != nil {
		return Outcome{}, err
	}
	if out.Wipes && lost {
		out.Wipes, out.PolicyIgnored = false, true
	}
	out.Problems = m.neighborsLost(had, out.State, q.IsLive)
	out.Rejecting = newly(rejecting(had), rejecting(out.State))
	return out, nil
}

// again reads the file anew.
func (m *meaning) again(text []byte) (*meaning, error) {
	file, err := readFile(text)
	if err != nil {
		return nil, err
	}
	quiet(file)
	return meaningOf(file), nil
}

func hasLine(lines []line, msg string) bool {
	for _, l := range lines {
		if l.msg == msg {
			return true
		}
	}
	return false
}

// rejecting are the route-server clients of which every route is rejected: without an
// assignment, which is what a list leaves that cannot be taken.
func rejecting(s *plan.State) []string {
	var all []string
	for _, c := range s.Clients {
		if c.RouteServer && c.Import.Default == plan.None {
			all = append(all, c.Address.String())
		}
	}
	return all
}

// newly returns what is in after and not in before.
func newly(before, after []string) []string {
	had := map[string]bool{}
	for _, s := range before {
		had[s] = true
	}
	var all []string
	for _, s := range after {
		if !had[s] {
			all = append(all, s)
		}
	}
	return all
}

// unread is what gobgpd says of a file that it cannot read, with the place that it names.
func unread(err error) Problem {
	why := strings.TrimPrefix(err.Error(), "While parsing config: ")
	p := Problem{Kind: NoStart, Path: pathIn(why)}
	if _, list, ok := strings.Cut(why, "decoding:\n"); ok { // mapstructure writes a list
		var items []string
		for item := range strings.SplitSeq(list, "\n* ") {
			items = append(items, withoutValue(strings.TrimLeft(item, " *\n")))
		}
		why = strings.Join(slices.DeleteFunc(items, func(s string) bool { return s == "" }), "; ")
	}
	p.Why = strings.Join(strings.Fields(why), " ")
	return p
}

// withoutValue takes the value out of what mapstructure says: it may be a password, or
// have one in it.
func withoutValue(item string) string {
	item, _, _ = strings.Cut(item, ", value: ")
	if key, _, ok := strings.Cut(item, "' "); ok && strings.Contains(key, "password") {
		return key + "' is not a string"
	}
	return item
}

// pathIn finds the key in what mapstructure says: ... 'neighbors[0].config' has invalid
// keys: peer-asn.
func pathIn(why string) string {
	_, rest, ok := strings.Cut(why, "'")
	if !ok {
		return ""
	}
	path, rest, ok := strings.Cut(rest, "'")
	if !ok || strings.ContainsAny(path, " \n") {
		return ""
	}
	path = strings.ToLower(path)
	if _, keys, ok := strings.Cut(rest, "has invalid keys: "); ok {
		key, _, _ := strings.Cut(keys, ",")
		key, _, _ = strings.Cut(key, "\n")
		if path != "" {
			path += "."
		}
		path += key
	}
	return path
}
